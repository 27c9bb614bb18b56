// Layout, accessibility and responsiveness of the page.
import { mkdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { violationsIn } from '../system/browser/axe.ts';
import { SCREENS } from '../system/browser/visit.ts';
import { describeInBrowser, hashOf, reaches, says, SMALL, stepOf, timeTasks } from './visit.ts';

const SHOTS = new URL('../../test/.generated/playground/', import.meta.url).pathname;

describeInBrowser('the page', (visit) => {
  it.each(SCREENS)(
    'at %i × %i in the %s has no violation that axe finds, and does not overflow',
    async (width, height, colorScheme) => {
      const { page, offences } = await visit({ hash: hashOf(SMALL), viewport: { width, height }, colorScheme });
      await says(page, 1, /^(exploded|diverged), step \d+$/);
      await reaches(page, 2, 40);
      await page.getByRole('button', { name: 'Pause' }).click();
      // The chart of norms and the threshold to drag are on the first screen.
      for (const part of ['.norms', '.threshold']) {
        const { y, height: size } = (await page.locator(part).boundingBox())!;
        expect([part, y + size <= height]).toEqual([part, true]);
      }
      // The strip of gradients says which color means what.
      expect(await page.locator('.scale').first().innerText()).toMatch(
        /^vanished ÷ 10⁶\s+start 0\.\d+\s+exploded × 100$/,
      );
      await page.locator('.setup summary').click();
      await page.locator('.actions summary').first().click();
      mkdirSync(SHOTS, { recursive: true });
      await page.screenshot({ path: `${SHOTS}${width}-${colorScheme}.png`, fullPage: true });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      expect(await violationsIn(page)).toEqual([]);
      expect(offences).toEqual([]);
    },
  );

  it.each([1280, 390])('keeps the charts in place at %i px when the sentence changes', async (width) => {
    const { page } = await visit({ hash: hashOf(SMALL), viewport: { width, height: 844 } });
    await page.evaluate(() => {
      const seen = { tops: new Set<number>(), sentences: new Set<string>() };
      Object.assign(window, { seen });
      const look = (): void => {
        seen.tops.add(document.querySelector('.charts')!.getBoundingClientRect().top);
        seen.sentences.add(document.querySelector('.sentence')!.textContent);
        requestAnimationFrame(look);
      };
      look();
    });
    await says(page, 1, /^(exploded|diverged), step \d+$/);
    await reaches(page, 2, 30);
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect.poll(() => page.locator('.rate').innerText()).toBe('paused');
    const { tops, sentences } = await page.evaluate(() => {
      const { seen } = window as unknown as { seen: { tops: Set<number>; sentences: Set<string> } };
      return { tops: [...seen.tops], sentences: [...seen.sentences] };
    });
    const lengths = sentences.map(({ length }) => length);
    expect(Math.max(...lengths)).toBeGreaterThan(2 * Math.min(...lengths));
    expect(tops).toHaveLength(1);
  });

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
      'Make it explode',
      'Your own text',
      'Pause',
      'Step',
      'Reset',
      'Add a run',
      'Copy link',
      'Threshold of run 2',
      'Change run 1',
      'Copy as code: run 1',
      'Getting started',
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
    const before = await stepOf(page, 4);
    await page.mouse.move(800, 600);
    const { main } = await timeTasks(page, async () => {
      for (let turn = 0; turn < 10; turn += 1) {
        await page.mouse.wheel(0, 60);
        await page.waitForTimeout(200);
      }
    });
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(200);
    expect(await stepOf(page, 4)).toBeGreaterThan(before);
    const longest = Math.max(...main);
    console.log(`the longest of ${main.length} tasks took ${longest.toFixed(1)} ms`);
    expect(main.length).toBeGreaterThan(50);
    expect(longest).toBeLessThan(50);
  });
});
