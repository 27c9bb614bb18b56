// Draws docs/images/playground.webp, the picture of the README and of shared links, from the built page in site/playground.
import { writeFileSync } from 'node:fs';
import { withBuiltPage } from './built-page.mjs';

const STEP = 120;

await withBuiltPage(process.argv[2], async (browser, address) => {
  const page = await browser.newPage({ viewport: { width: 1200, height: 784 }, colorScheme: 'light' });
  await page.goto(address);
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
  writeFileSync(new URL('../../docs/images/playground.webp', import.meta.url), Uint8Array.from(encoded));
});
