// Draws docs/images/playground.webp, the picture of the README and of shared links, from the built page in site/playground.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { preview } from 'vite';

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const STEP = 120;

const root = process.argv[2] ?? path('site/playground');
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
  const page = await browser.newPage({ viewport: { width: 1200, height: 784 }, colorScheme: 'light' });
  await page.goto(`http://127.0.0.1:${server.httpServer.address().port}/`);
  const step = page.locator('.run').nth(1).locator('dd').first();
  while (!(Number(await step.innerText()) >= STEP)) await page.waitForTimeout(200);
  const shot = await page.screenshot();
  // The browser encodes WebP, which is a third of the size.
  const blank = await browser.newPage();
  const encoded = await blank.evaluate(async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext('2d').drawImage(image, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.92 });
    return [...new Uint8Array(await blob.arrayBuffer())];
  }, shot.toString('base64'));
  writeFileSync(path('docs/images/playground.webp'), Uint8Array.from(encoded));
} finally {
  await browser.close();
  await server.close();
}
