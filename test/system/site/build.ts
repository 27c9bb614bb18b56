import { execFileSync } from 'node:child_process';
import type { TestProject } from 'vitest/node';
import { served } from '../browser/serve.ts';
import { root } from '../../docs/pages.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder and the address of the built site. */
    site: { readonly folder: string; readonly address: string };
  }
}

/** Builds the site in a temporary folder, as `npm run docs` does, and serves it. */
export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  const { folder, address, close } = await served(
    'site',
    (outDir) => {
      execFileSync(process.execPath, ['node_modules/typedoc/bin/typedoc', '--out', outDir, '--logLevel', 'Warn'], {
        cwd: root,
        stdio: 'inherit',
      });
    },
    { appType: 'mpa' },
  );
  project.provide('site', { folder, address });
  return close;
}
