// What a visitor sees: the search finds, no page is wider than a phone, and nothing fails on the way.
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { chromiumPath, SOFTWARE_GRAPHICS } from '../browser/chromium.ts';

const { address } = inject('site');
const executablePath = chromiumPath();
const reason = executablePath === undefined ? ': no Chromium was found; install one, or name it in CHROMIUM_PATH' : '';

describe.skipIf(executablePath === undefined)(`the site in a browser${reason}`, () => {
  let browser: Browser;
  const faults: string[] = [];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: SOFTWARE_GRAPHICS });
  });
  afterAll(async () => {
    await browser.close();
  });

  async function open(path: string, width: number, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
    const page = await context.newPage();
    page.on('pageerror', ({ message }) => faults.push(`${path}: ${message}`));
    page.on('response', (response) => {
      if (response.status() >= 400) faults.push(`${path}: ${response.url()}: ${response.status()}`);
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(address) && !request.url().startsWith('data:'))
        faults.push(`${path} asks ${request.url()}`);
    });
    await page.goto(address + path, { waitUntil: 'networkidle' });
    return page;
  }

  it.each([
    ['global-norm', 'strategies/global-norm.html'],
    ['percentile', 'strategies/adaptive-percentile.html'],
    ['clipBackprop', 'functions/gradclip_recurrent.clipBackprop.html'],
    ['getting started', 'guide/getting-started.html'],
  ])('finds %s', async (words, expected) => {
    const page = await open('index.html', 1280);
    await page.locator('#tsd-search-trigger').click();
    await page.locator('#tsd-search-input').fill(words);
    const found = page.locator('#tsd-search-results a');
    await expect.poll(() => found.count()).toBeGreaterThan(0);
    const targets = await found.evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));
    expect(targets.slice(0, 5)).toContain(`/${expected}`);
    await page.locator(`#tsd-search-results a[href$="${expected}"]`).first().click();
    await page.waitForURL(`**/${expected}`);
    await page.context().close();
  });

  it.each([
    'index.html',
    'guide/getting-started.html',
    'guide/coming-from.html',
    'strategies/z-clip.html',
    'functions/gradclip.clipOptimizer.html',
    'variables/gradclip_strategies.zClip.html',
    'types/gradclip.ClippingErrorCode.html',
    'decisions/0006-skipping-without-reading.html',
    'results.html',
    'laws.html',
    'dependencies.html',
  ])('%s fits a phone and shows its pictures, light and dark', async (path) => {
    for (const scheme of ['light', 'dark'] as const) {
      const page = await open(path, 390, scheme);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      const pictures = await page
        .locator('.col-content img')
        .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));
      expect(pictures.filter((width) => width === 0)).toEqual([]);
      await page.context().close();
    }
  });

  it('opens the guide for who comes the first time, and keeps it closed for who closed it', async () => {
    const page = await open('index.html', 1280);
    const guide = page.locator('details:has(> summary[data-key="Guide"])');
    expect(await guide.getAttribute('open')).not.toBeNull();
    await guide.locator('> summary').click();
    await expect.poll(() => page.evaluate(() => localStorage.getItem('tsd-accordion-Guide'))).toBe('false');
    await page.reload({ waitUntil: 'networkidle' });
    expect(await guide.getAttribute('open')).toBeNull();
    await page.context().close();
  });

  it('needs nothing that is not there, and nothing of another host', () => {
    expect(faults).toEqual([]);
  });
});
