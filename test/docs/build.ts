import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { preview } from 'vite';
import type { TestProject } from 'vitest/node';
import { root } from './pages.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The built site: its folder, and where it is served. */
    site: { readonly folder: string; readonly address: string };
  }
}

/** Builds the site as `npm run docs` does, elsewhere, and serves it to the tests. */
export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  const outDir = mkdtempSync(join(tmpdir(), 'gradclip-site-'));
  execFileSync(process.execPath, ['node_modules/typedoc/bin/typedoc', '--out', outDir, '--logLevel', 'Warn'], {
    cwd: root,
    stdio: 'inherit',
  });
  const server = await preview({
    root: outDir,
    configFile: false,
    logLevel: 'error',
    appType: 'mpa',
    build: { outDir },
    preview: { port: 0, host: '127.0.0.1' },
  });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('The preview server has no port.');
  project.provide('site', { folder: outDir, address: `http://127.0.0.1:${address.port}/` });
  return async () => {
    await server.close();
    rmSync(outDir, { recursive: true, force: true });
  };
}
