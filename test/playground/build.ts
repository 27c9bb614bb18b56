import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { chromiumPath } from '../system/browser/chromium.ts';
import { served } from '../system/browser/serve.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the built page; undefined without a browser. */
    playground: string | undefined;
  }
}

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** Builds the page as it is published and serves it to the tests. */
export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  if (chromiumPath() === undefined) {
    project.provide('playground', undefined);
    return () => Promise.resolve();
  }
  const { address, close } = await served('playground', (outDir) => {
    // In a separate process, because NODE_ENV is `test` here and Vite would build for that.
    const env = { ...process.env, NODE_ENV: 'production' };
    const vite = path('node_modules/vite/bin/vite.js');
    const args = [vite, 'build', path('playground'), '--outDir', outDir, '--logLevel', 'error'];
    execFileSync(process.execPath, args, { env, stdio: 'inherit' });
  });
  project.provide('playground', address);
  return close;
}
