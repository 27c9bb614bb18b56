// Layout, accessibility and print of a report, with and without JavaScript.
import { mkdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { violationsIn } from '../browser/axe.ts';
import { SCREENS } from '../browser/visit.ts';
import { chart, describeReport, switches } from './page.ts';
import { comparison, tuning } from './runs.ts';

const SHOTS = new URL('../../.generated/report/', import.meta.url).pathname;
const CHARTS = 20;

describeReport('the page', (show) => {
  it.each(SCREENS)(
    'at %i × %i in the %s has no violation that axe finds, does not overflow, and asks nobody for anything',
    async (width, height, colorScheme) => {
      const pages = { compare: comparison().filter(({ start }) => start.config.cell === 'rnn'), tune: tuning() };
      for (const [experiment, runs] of Object.entries(pages)) {
        const { page, offences } = await show(runs, { experiment }, { viewport: { width, height }, colorScheme });
        await page.locator('.legend button').nth(1).click();
        await page.locator('details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
        await page.locator('.chart').first().focus();
        await page.keyboard.press('ArrowRight');
        mkdirSync(SHOTS, { recursive: true });
        await page.screenshot({ path: `${SHOTS}${experiment}-${width}-${colorScheme}.png`, fullPage: true });
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
        expect(await violationsIn(page)).toEqual([]);
        expect(offences).toEqual([]);
      }
    },
  );

  it('prints every chart in full, even if lines are hidden or sections are collapsed', async () => {
    const { page } = await show(comparison());
    await switches(page, 'none').first().click();
    await page.emulateMedia({ media: 'print' });
    const stills = page.locator('figure > svg');
    expect(await stills.count()).toBe(CHARTS);
    expect(await stills.evaluateAll((all) => all.filter((one) => !one.checkVisibility()).length)).toBe(0);
    expect(await page.locator('.chart').evaluateAll((all) => all.filter((one) => one.checkVisibility()).length)).toBe(
      0,
    );
    const lines = page.locator(
      'figure > svg[aria-label="rnn: loss by step at rate 3"] g[stroke-linejoin][fill="none"] path[d]',
    );
    expect(await lines.count()).toBe(3);
    expect(
      await page
        .locator('details td')
        .first()
        .evaluate((one) => one.checkVisibility()),
    ).toBe(true);
    const text = await page.locator('.legend').first().innerText();
    expect(text.split(/\s+/).filter(Boolean)).toEqual(['none', 'global-norm', 'adaptive-percentile']);
    await page.pdf({ path: `${SHOTS}compare.pdf`, format: 'A4' });
  });

  it('shows everything but interactive tips without JavaScript', async () => {
    const { page } = await show(comparison(), {}, { javaScriptEnabled: false });
    expect(await page.locator('figure > svg').count()).toBe(CHARTS);
    expect(await page.locator('figure > svg').first().isVisible()).toBe(true);
    expect(await page.getByRole('button').count()).toBe(0);
    expect(await page.locator('.legend').first().innerText()).toContain('global-norm');
  });

  it('draws a chart on screen as in print', async () => {
    const { page } = await show(comparison());
    for (const name of ['rnn: loss by step at rate 3', 'rnn: score by learning rate']) {
      await chart(page, name).scrollIntoViewIfNeeded();
      await expect.poll(() => chart(page, name).locator('svg').count()).toBe(1);
      const paths = (of: string): Promise<string[]> =>
        page
          .locator(`${of} g[stroke-linejoin] path[d]`)
          .evaluateAll((all) =>
            all.map((one) =>
              one.getAttribute('d')!.replace(/\d+\.\d+/g, (pixels) => `${Math.round(10 * Number(pixels)) / 10}`),
            ),
          );
      const printed = await paths(`svg[aria-label="${name}"]`);
      expect(printed.length).toBeGreaterThan(1);
      expect(await paths(`[role=application][aria-label="${name}"]`)).toEqual(printed);
    }
  });
});
