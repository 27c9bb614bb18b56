import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { preview, type InlineConfig } from 'vite';

/** A folder served over HTTP. */
export interface Served {
  readonly folder: string;
  readonly address: string;
  /** Stops the server, and removes the folder if `serveBuild` created it. */
  close(this: void): Promise<void>;
}

type Options = Pick<InlineConfig, 'appType'>;

/** Serves the files that `build` writes into a new folder. */
export async function served(name: string, build: (folder: string) => void, options: Options = {}): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), `gradclip-${name}-`));
  build(folder);
  const server = await serve(folder, options);
  return {
    ...server,
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Serves an existing folder. */
export async function serve(folder: string, options: Options = {}): Promise<Served> {
  const server = await preview({
    ...options,
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: { outDir: folder },
    preview: { port: 0, host: '127.0.0.1' },
  });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('The preview server has no port.');
  return {
    folder,
    address: `http://127.0.0.1:${address.port}/`,
    close: () => server.close(),
  };
}
