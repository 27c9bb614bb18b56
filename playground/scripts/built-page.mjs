import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { preview } from 'vite';

const BUILT = fileURLToPath(new URL('../../site/playground', import.meta.url));

/** Serves the built page, by default from site/playground, and calls `act` with a browser and the address. */
export async function withBuiltPage(root = BUILT, act) {
  const server = await preview({
    root,
    configFile: false,
    logLevel: 'error',
    build: { outDir: root },
    preview: { port: 0, host: '127.0.0.1' },
  });
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    await act(browser, `http://127.0.0.1:${server.httpServer.address().port}/`);
  } finally {
    await browser.close();
    await server.close();
  }
}
