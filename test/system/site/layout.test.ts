// The site in a browser: search works, no page is wider than a phone, and every request succeeds.
import { expect, inject, it } from 'vitest';
import { describeWithBrowser, type Visit } from '../browser/visit.ts';

const { address } = inject('site');

describeWithBrowser('the site in a browser', (visit) => {
  const visits: Visit[] = [];

  async function open(path: string, width: number, colorScheme: 'light' | 'dark' = 'light'): Promise<Visit['page']> {
    const made = await visit(`${address}${path}`, { home: address, viewport: { width, height: 844 }, colorScheme });
    visits.push(made);
    await made.page.waitForLoadState('networkidle');
    return made.page;
  }

  it.each([
    ['global-norm', 'strategies/global-norm.html'],
    ['percentile', 'strategies/adaptive-percentile.html'],
    ['NaN', 'guide/my-loss-is-nan.html'],
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
    'how-it-is-tested.html',
  ])('%s fits a phone and shows its pictures, light and dark', async (path) => {
    for (const scheme of ['light', 'dark'] as const) {
      const page = await open(path, 390, scheme);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      const pictures = await page
        .locator('.col-content img')
        .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));
      expect(pictures.filter((width) => width === 0)).toEqual([]);
    }
  });

  it.each(['guide/how-to-choose.html', 'guide/coming-from.html', 'guide/the-lab.html'])(
    '%s shows every column of its tables on a phone',
    async (path) => {
      const page = await open(path, 390);
      const hidden = await page
        .locator('.col-content table')
        .evaluateAll((tables) => tables.map((table) => table.scrollWidth - table.clientWidth));
      expect(hidden.length).toBeGreaterThan(0);
      expect(hidden.filter((width) => width > 0)).toEqual([]);
    },
  );

  it.each([
    ['NaN', /^guide\/.*nan/],
    ['threshold', /^(guide|strategies)\//],
    ['learning rate', /^(guide|strategies|index)/],
  ])('finds pages for %s before symbols', async (words, first) => {
    const page = await open('index.html', 1280);
    await page.locator('#tsd-search-trigger').click();
    await page.locator('#tsd-search-input').fill(words);
    const found = page.locator('#tsd-search-results a');
    await expect.poll(() => found.count()).toBeGreaterThan(0);
    const paths = await found.evaluateAll((links) =>
      links.map((link) => (link as HTMLAnchorElement).pathname.replace('/', '')),
    );
    expect(paths[0]).toMatch(first);
    expect(paths.slice(0, 3).filter((path) => /^(functions|interfaces|types|variables|classes)/.test(path))).toEqual(
      [],
    );
  });

  it('keeps each name in the navigation on one line or breaks it between words', async () => {
    const page = await open('index.html', 1280);
    const cut = await page
      .locator('#tsd-nav-container a')
      .evaluateAll((links) =>
        links
          .filter(
            (link) =>
              link.scrollWidth > link.clientWidth || (link.clientHeight > 32 && !/\s/.test(link.textContent ?? '')),
          )
          .map((link) => link.textContent),
      );
    expect(cut).toEqual([]);
  });

  it('loads every file it refers to, and none from another host', () => {
    expect(visits.length).toBeGreaterThan(0);
    expect(visits.flatMap(({ offences }) => offences)).toEqual([]);
  });
});
