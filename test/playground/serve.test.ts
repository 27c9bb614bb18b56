// `npm run playground` builds the page, serves it and opens a browser. `npm run dev` serves it from its sources, which
// Vite resolves differently from a build.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithBrowser } from '../system/browser/visit.ts';
import { hashOf, reaches, SMALL, timeTasks } from './visit.ts';

const configFile = fileURLToPath(new URL('../../playground/vite.config.ts', import.meta.url));

describeWithBrowser('the page as it is served', (open) => {
  let server: ViteDevServer;
  beforeAll(async () => {
    server = await createServer({ configFile, logLevel: 'error', server: { port: 0, host: '127.0.0.1', hmr: false } });
    await server.listen();
    // A cold server takes longer than a page waits.
    await server.warmupRequest('/src/main.tsx');
  }, 150_000);
  afterAll(() => server.close());

  it('trains', async () => {
    const [home = ''] = server.resolvedUrls?.local ?? [];
    const { page, offences } = await open(`${home}${hashOf(SMALL)}`);
    await reaches(page, 2, 5, 120_000);
    expect(offences).toEqual([]);
  });
});

describeWithBrowser('npm run playground', (open) => {
  it('opens a browser, in which the first step comes within 3 seconds of processor time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradclip-playground-'));
    const opened = join(folder, 'opened.txt');
    // Vite runs a script named by BROWSER with the address.
    const script = join(folder, 'browser.js');
    writeFileSync(script, `require('node:fs').writeFileSync(${JSON.stringify(opened)}, process.argv.at(-1));`);
    const command = spawn('npm', ['run', 'playground'], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, NODE_ENV: 'production', BROWSER: script },
      detached: true,
      stdio: 'ignore',
    });
    try {
      await expect.poll(() => existsSync(opened), { timeout: 150_000, interval: 200 }).toBe(true);
      const { page, offences } = await open(readFileSync(opened, 'utf8'));
      const { main, workers } = await timeTasks(page, async () => {
        await page.reload();
        await reaches(page, 2, 0);
      });
      const seconds = [...main, ...workers].reduce((sum, ms) => sum + ms, 0) / 1000;
      console.log(`the first step took ${seconds.toFixed(2)} s of processor time`);
      expect(seconds).toBeLessThan(3);
      expect(offences).toEqual([]);
    } finally {
      process.kill(-command.pid!);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
