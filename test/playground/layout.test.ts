// Layout, accessibility and responsiveness of the page.
import { mkdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { violationsIn } from '../system/browser/axe.ts';
import { SCREENS } from '../system/browser/visit.ts';
import { describeInBrowser, hashOf, reaches, says, SMALL, stepOf } from './visit.ts';

const SHOTS = new URL('../../test/.generated/playground/', import.meta.url).pathname;

describeInBrowser('the page', (visit) => {
  it.each(SCREENS)(
    'at %i × %i in the %s has no violation that axe finds, and does not overflow',
    async (width, height, colorScheme) => {
      const { page, offences } = await visit({ hash: hashOf(SMALL), viewport: { width, height }, colorScheme });
      await says(page, 1, /^Diverged/);
      await reaches(page, 2, 40);
      await page.getByRole('button', { name: 'Pause' }).click();
      if (width < 1000) await page.locator('.setup summary').first().click();
      mkdirSync(SHOTS, { recursive: true });
      await page.screenshot({ path: `${SHOTS}${width}-${colorScheme}.png`, fullPage: true });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      expect(await violationsIn(page)).toEqual([]);
      expect(offences).toEqual([]);
    },
  );

  it('can be used with the keyboard alone', async () => {
    const { page } = await visit({ hash: hashOf(SMALL) });
    await reaches(page, 2, 3);
    const names: string[] = [];
    for (let presses = 0; presses < 45; presses += 1) {
      await page.keyboard.press('Tab');
      names.push(
        await page.evaluate(() => {
          const element = document.activeElement as HTMLInputElement;
          return element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent ?? '';
        }),
      );
    }
    for (const name of [
      'Task',
      'Cell',
      'Learning rate',
      'Pause',
      'Step',
      'Reset',
      'Strategy',
      'maxNorm',
      'Threshold of run 2',
      'Copy as code: run 1',
      'Add a run',
      'Copy link',
    ]) {
      expect(names).toContain(name);
    }
    await page.getByRole('button', { name: 'Pause' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.rate').innerText()).toBe('paused');
    await page.keyboard.press('Space');
    await expect.poll(() => page.locator('.rate').innerText()).not.toBe('paused');
  });

  it('stays still when the reader prefers reduced motion', async () => {
    const { page } = await visit({ hash: hashOf(SMALL), reducedMotion: 'reduce' });
    await reaches(page, 2, 3);
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });

  it('stays responsive: with four runs training, no main-thread task takes 50 ms and the page scrolls', async () => {
    const strategies = ['none', 'global-norm', 'agc', 'z-clip'].map((id) => ({ id }));
    const { page } = await visit({ hash: hashOf({ ...SMALL, backend: 'wasm', learningRate: 0.1, strategies }) });
    await reaches(page, 4, 60, 90_000);
    const browser = page.context().browser()!;
    const before = await stepOf(page, 4);
    await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', '__metadata'] });
    await page.mouse.move(800, 400);
    for (let turn = 0; turn < 10; turn += 1) {
      await page.mouse.wheel(0, 60);
      await page.waitForTimeout(200);
    }
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(200);
    expect(await stepOf(page, 4)).toBeGreaterThan(before);
    // Measures processor time of the main thread, which does not depend on other load of the machine.
    const main = traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
    const tasks = traceEvents.filter(
      ({ name, tdur, pid, tid }) =>
        name.endsWith('RunTask') && tdur !== undefined && main.some((one) => one.pid === pid && one.tid === tid),
    );
    const longest = Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000));
    console.log(`the longest of ${tasks.length} tasks took ${longest.toFixed(1)} ms`);
    expect(tasks.length).toBeGreaterThan(50);
    expect(longest).toBeLessThan(50);
  });
});

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Processor time in microseconds. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}
