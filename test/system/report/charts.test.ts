// Interaction with the charts of a report: pointer, keys and switches.
import { expect, it } from 'vitest';
import { chart, describeReport, placeOf, said, switches, tipIn } from './page.ts';
import { comparison, tuning } from './runs.ts';

const LOSS = 'rnn: loss by step at rate 3';

describeReport('a chart', (show) => {
  it.each([
    [LOSS, '[stroke="var(--s0)"] path', ['strategy global-norm', /^step \d+$/, /^loss [\d.]+$/, 'seeds 2']],
    [
      'rnn: score by learning rate',
      '[fill="var(--s1)"] circle >> nth=1',
      [
        'strategy adaptive-percentile',
        'learning rate 3',
        /^bits per character 2\.\d+$/,
        /^range 2\.\d+ to 2\.\d+$/,
        'seeds 2',
        /^steps clipped \d+ %$/,
      ],
    ],
    [
      'rnn: steps clipped by learning rate',
      'rect >> nth=5',
      ['strategy adaptive-percentile', 'learning rate 10', 'steps clipped 100 %', 'seeds 2'],
    ],
    [
      'rnn: gradient norm by step, global-norm',
      '[stroke="var(--s0)"] path',
      [
        'strategy global-norm',
        /^step \d+$/,
        /^‖g‖ before [\d.]+$/,
        /^‖g‖ after 0\.\d+$/,
        'threshold 0.50',
        /^length kept \d+ %$/,
      ],
    ],
  ] as const)('says what is under the pointer: %s', async (name, mark, says) => {
    const { page, offences } = await show(comparison());
    const own = chart(page, name);
    await own.scrollIntoViewIfNeeded();
    expect(await tipIn(own)).toEqual([]);
    const { x, y } = await placeOf(own.locator(mark));
    await page.mouse.move(x, y);
    await expect.poll(() => tipIn(own)).toHaveLength(says.length);
    for (const [place, line] of (await tipIn(own)).entries()) expect(line).toMatch(says[place]!);
    await page.mouse.move(x, 1);
    await expect.poll(() => tipIn(own)).toEqual([]);
    expect(offences).toEqual([]);
  });

  it('supports arrow keys and screen readers, along a line and between lines', async () => {
    const { page } = await show(comparison());
    const own = chart(page, LOSS);
    await own.focus();
    await page.keyboard.press('ArrowRight');
    expect(await tipIn(own)).toEqual(['strategy none', 'step 0', 'loss 4.40', 'seeds 2']);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    expect((await tipIn(own)).slice(0, 2)).toEqual(['strategy global-norm', 'step 1']);
    await page.keyboard.press('End');
    const last = await tipIn(own);
    expect(last[1]).toBe('step 29');
    expect(await said(page)).toBe(last.join(', '));
    await page.keyboard.press('Escape');
    expect(await tipIn(own)).toEqual([]);
  });

  it('responds to touch', async () => {
    const { page } = await show(comparison(), {}, { viewport: { width: 390, height: 844 }, hasTouch: true });
    const own = chart(page, LOSS);
    await own.scrollIntoViewIfNeeded();
    const { x, y } = await placeOf(own.locator('[stroke="var(--s0)"] path'));
    await page.touchscreen.tap(x, y);
    await expect.poll(() => tipIn(own)).toHaveLength(4);
    expect((await tipIn(own))[1]).toMatch(/^step \d+$/);
    const tip = (await own.locator('[aria-label="tip"] path').boundingBox())!;
    expect(tip.x).toBeGreaterThan(0);
    expect(tip.x + tip.width).toBeLessThan(390);
  });

  it('shows the threshold and the norms in a tuning report', async () => {
    const { page, offences } = await show(tuning(), { experiment: 'tune' });
    for (const [name, says] of [
      [
        'Distribution of the gradient norm without clipping',
        /^norm [\d.]+ to [\d.]+, steps \d+ of 90, at most \d+ % of the steps$/,
      ],
      ['Validation score by threshold, rnn', /^strategy global-norm, maxNorm [\d.]+, bits per character [\d.]+$/],
    ] as const) {
      await chart(page, name).focus();
      await page.keyboard.press('ArrowRight');
      expect(await said(page)).toMatch(says);
    }
    expect(offences).toEqual([]);
  });
});

describeReport('a name in a legend', (show) => {
  it('hides and shows its lines in every chart, and announces it', async () => {
    const { page, offences } = await show(comparison());
    const lines = chart(page, LOSS).locator('g[aria-label="line"] path');
    await chart(page, LOSS).scrollIntoViewIfNeeded();
    await expect.poll(() => lines.count()).toBe(3);
    const [first, ...others] = await switches(page, 'none').all();
    await first!.focus();
    await page.keyboard.press('Space');
    for (const one of [first!, ...others]) expect(await one.getAttribute('aria-pressed')).toBe('false');
    expect(await said(page)).toBe('none is hidden in all charts.');
    await expect.poll(() => lines.count()).toBe(2);
    expect(
      await lines.evaluateAll((paths) => paths.map((one) => one.parentElement!.getAttribute('stroke'))),
    ).not.toContain('var(--none)');
    const norms = page.locator('figure', { hasText: 'none seed 1' });
    expect(await norms.first().isVisible()).toBe(false);
    const far = chart(page, 'lstm: loss by step at rate 10');
    await far.scrollIntoViewIfNeeded();
    await expect.poll(() => far.locator('g[aria-label="line"] path').count()).toBe(2);

    await first!.click();
    expect(await first!.getAttribute('aria-pressed')).toBe('true');
    expect(await said(page)).toBe('none is shown in all charts.');
    await chart(page, LOSS).scrollIntoViewIfNeeded();
    await expect.poll(() => lines.count()).toBe(3);
    expect(await norms.first().isVisible()).toBe(true);
    expect(offences).toEqual([]);
  });

  it('is followed by a button that shows all lines if some are hidden', async () => {
    const { page } = await show(comparison());
    const all = page.getByRole('button', { name: 'show all' });
    expect(await all.count()).toBe(0);
    for (const name of ['none', 'global-norm', 'adaptive-percentile']) await switches(page, name).first().click();
    expect(await all.count()).toBe(await page.locator('.legend').count());
    await all.first().click();
    expect(await all.count()).toBe(0);
    expect(await switches(page, 'global-norm').first().getAttribute('aria-pressed')).toBe('true');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('none');
  });

  it('rescales the remaining lines to the full height of the row', async () => {
    const { page } = await show(comparison());
    const own = chart(page, LOSS);
    await own.scrollIntoViewIfNeeded();
    const ticks = () => own.locator('g[aria-label="y-axis tick label"] text').allTextContents();
    const before = await ticks();
    await switches(page, 'none').first().click();
    await expect.poll(ticks).not.toEqual(before);
  });
});

describeReport('the switch above a row', (show) => {
  it('switches its charts to a linear scale and back', async () => {
    const { page } = await show(comparison());
    const own = chart(page, LOSS);
    await own.scrollIntoViewIfNeeded();
    const ticks = () => own.locator('g[aria-label="y-axis tick label"] text').allTextContents();
    await expect.poll(ticks).not.toEqual([]);
    const log = await ticks();
    const button = page.getByRole('button', { name: 'linear scale' }).first();
    await button.click();
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    expect(await said(page)).toBe('The charts below have a linear scale.');
    await expect.poll(ticks).not.toEqual(log);
    await button.click();
    await expect.poll(ticks).toEqual(log);
  });
});
