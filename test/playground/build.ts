import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preview } from 'vite';
import type { TestProject } from 'vitest/node';
import { chromiumPath } from '../browser/chromium.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the built page is served; undefined where there is no browser to look at it. */
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
  const outDir = mkdtempSync(join(tmpdir(), 'gradclip-playground-'));
  // A process of its own: this one calls itself a test, and Vite would build for that.
  const env = { ...process.env, NODE_ENV: 'production' };
  for (const args of [
    [path('playground/scripts/assets.mjs')],
    [path('node_modules/vite/bin/vite.js'), 'build', path('playground'), '--outDir', outDir, '--logLevel', 'error'],
  ]) {
    execFileSync(process.execPath, args, { env, stdio: 'inherit' });
  }
  const root = path('playground');
  const server = await preview({
    root,
    configFile: false,
    logLevel: 'error',
    build: { outDir },
    preview: { port: 0, host: '127.0.0.1' },
  });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('The preview server has no port.');
  project.provide('playground', `http://127.0.0.1:${address.port}/`);
  return async () => {
    await server.close();
    rmSync(outDir, { recursive: true, force: true });
  };
}
