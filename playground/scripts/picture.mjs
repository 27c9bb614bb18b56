// Draws docs/images/playground.webp and playground-dark.webp, the pictures of the README and of shared links, from the built
// page in site/playground.
import { writeFileSync } from 'node:fs';
import { withBuiltPage } from './built-page.mjs';

const STEP = 120;
const FILES = { light: 'playground.webp', dark: 'playground-dark.webp' };

await withBuiltPage(process.argv[2], async (browser, address) => {
  const page = await browser.newPage({ viewport: { width: 1200, height: 784 } });
  await page.goto(address);
  const step = page.locator('.run').nth(1).locator('dd').first();
  while (!(Number(await step.innerText()) >= STEP)) await page.waitForTimeout(200);
  for (const [colorScheme, file] of Object.entries(FILES)) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(500);
    const shot = await page.screenshot();
    writeFileSync(new URL(`../../docs/images/${file}`, import.meta.url), await toWebp(browser, shot));
  }
});

/** Encodes a PNG as WebP, a third of its size, which only the browser can do. */
async function toWebp(browser, png) {
  const blank = await browser.newPage();
  const encoded = await blank.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext('2d').drawImage(image, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.92 });
    return [...new Uint8Array(await blob.arrayBuffer())];
  }, png.toString('base64'));
  await blank.close();
  return Uint8Array.from(encoded);
}
