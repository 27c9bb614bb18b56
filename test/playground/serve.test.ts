// `npm run playground` serves the page from its sources, which Vite resolves differently from a build.
import { fileURLToPath } from 'node:url';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithBrowser } from '../system/browser/visit.ts';
import { hashOf, reaches, SMALL } from './visit.ts';

const configFile = fileURLToPath(new URL('../../playground/vite.config.ts', import.meta.url));

describeWithBrowser('the page as it is served', (open) => {
  let server: ViteDevServer;
  beforeAll(async () => {
    server = await createServer({ configFile, logLevel: 'error', server: { port: 0, host: '127.0.0.1', hmr: false } });
    await server.listen();
  });
  afterAll(() => server.close());

  it('trains', async () => {
    const [home = ''] = server.resolvedUrls?.local ?? [];
    const { page, offences } = await open(`${home}${hashOf(SMALL)}`);
    await reaches(page, 2, 5, 120_000);
    expect(offences).toEqual([]);
  });
});
