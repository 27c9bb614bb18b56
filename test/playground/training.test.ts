// The page on a first visit: what it trains and what its buttons do.
import { expect, it } from 'vitest';
import { card, describeInBrowser, hashOf, noticed, reaches, says, sentenceOn, SMALL, stepOf } from './visit.ts';

describeInBrowser('training', (visit) => {
  it('starts at once with a network that explodes beside the same network clipped', async () => {
    const { page, offences } = await visit();
    await says(page, 1, /^exploded, step 12$/);
    await reaches(page, 2, 30);
    expect(await sentenceOn(page)).toMatch(
      /^Same network, same data\. Without clipping it exploded at step 12\. Clipped at 0\.25 it is at \d\.\d+ bits/,
    );
    expect(await page.locator('.backend').innerText()).toBe('on wasm');
    expect(await card(page, 1).locator('.figures').innerText()).toMatch(/clipped, last 20\s+0 %/);
    expect(await card(page, 2).locator('.figures').innerText()).toMatch(/clipped, last 20\s+100 %/);
    await expect.poll(() => card(page, 2).locator('blockquote').innerText()).toMatch(/\w/);
    expect(offences).toEqual([]);
  });

  it('trains on webgl', async () => {
    const settings = { units: 4, characters: 6, batch: 2 };
    const { page, offences } = await visit({ hash: hashOf({ ...SMALL, settings, backend: 'webgl' }) });
    await reaches(page, 2, 3, 150_000);
    expect(await page.locator('.backend').innerText()).toBe('on webgl');
    expect(offences).toEqual([]);
  });

  it.each([
    ['temporal-order', { units: 4, length: 10, batch: 2 }],
    ['adding', { units: 4, length: 10, batch: 2 }],
    ['weather', { units: 4, window: 5, batch: 2 }],
  ])('trains %s, on data that came with the page', async (task, settings) => {
    const { page, offences } = await visit({ hash: hashOf({ ...SMALL, task, settings, learningRate: 0.1 }) });
    await reaches(page, 2, 5);
    await says(page, 1, /^[a-z]/);
    await expect.poll(() => page.locator('.heat canvas').first().getAttribute('aria-label')).toMatch(/at the first$/);
    expect(offences).toEqual([]);
  });

  it('pauses, takes single steps, continues and restarts', async () => {
    const { page } = await visit({ hash: hashOf({ ...SMALL, learningRate: 0.1 }) });
    await reaches(page, 2, 3);
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect.poll(() => page.locator('.rate').innerText()).toBe('paused');
    const at = await stepOf(page, 2);
    await page.waitForTimeout(500);
    expect(await stepOf(page, 2)).toBe(at);
    await page.getByRole('button', { name: 'Step', exact: true }).click();
    await reaches(page, 2, at + 1);
    await page.waitForTimeout(300);
    expect([await stepOf(page, 1), await stepOf(page, 2)]).toEqual([at + 1, at + 1]);
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await reaches(page, 2, at + 5);
    const reached = await stepOf(page, 2);
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect.poll(() => stepOf(page, 2)).toBeLessThan(reached);
  });

  it('names the step at which a run became NaN, and lets the other runs continue', async () => {
    const strategies = [{ id: 'none' }, { id: 'global-norm' }, { id: 'per-value' }];
    const { page } = await visit({
      hash: hashOf({
        ...SMALL,
        task: 'adding',
        settings: { units: 4, length: 10, batch: 4 },
        learningRate: 100,
        strategies,
      }),
    });
    await says(page, 1, /^exploded, step \d+$/);
    const ended = await stepOf(page, 1);
    await page.waitForTimeout(300);
    expect(await stepOf(page, 1)).toBe(ended);
    expect(await page.locator('.sentence + [role=status]').textContent()).toMatch(
      /^no clipping: exploded, step \d+\. /,
    );
  });

  it('trains on a pasted text, and explains why a short one is refused', async () => {
    const { page, offences } = await visit({ hash: hashOf({ ...SMALL, learningRate: 0.1 }) });
    await page.getByRole('button', { name: 'Your own text' }).click();
    await page.locator('textarea').fill('too short');
    await page.getByRole('button', { name: 'Train on it' }).click();
    await expect
      .poll(() => noticed(page))
      .toMatch(/^Your text was not taken: The text has 9 characters, but training needs at least 260\./);
    await reaches(page, 2, 3);
    await page.getByRole('button', { name: 'Your own text' }).click();
    await page.locator('textarea').fill('ab'.repeat(400));
    await page.getByRole('button', { name: 'Train on it' }).click();
    await reaches(page, 2, 30);
    // The network can only write letters of that text, and the symbol for unseen ones.
    await expect.poll(() => card(page, 2).locator('blockquote').innerText()).toMatch(/^[ab▯]+$/);
    expect(offences).toEqual([]);
  });

  it('names a missing backend and falls back to another', async () => {
    const { page } = await visit({
      hash: hashOf({ ...SMALL, backend: 'webgl' }),
      beforeWorker: 'OffscreenCanvas.prototype.getContext = () => null;',
    });
    await reaches(page, 2, 2);
    expect(await page.locator('.backend').innerText()).toBe('on wasm, because webgl does not work here');
  });

  it('reports a lost graphics context and restarts on another backend', async () => {
    const { page } = await visit({
      hash: hashOf({ ...SMALL, settings: { units: 4, characters: 6, batch: 2 }, backend: 'webgl' }),
      beforeWorker: `
        const open = OffscreenCanvas.prototype.getContext;
        OffscreenCanvas.prototype.getContext = function (...how) {
          const context = open.apply(this, how);
          if (context?.getExtension) (self.contexts ??= []).push(context);
          return context;
        };`,
    });
    await reaches(page, 2, 1, 150_000);
    await page
      .workers()
      .at(-1)
      ?.evaluate(() => {
        const { contexts } = self as unknown as { contexts: WebGLRenderingContext[] };
        for (const context of contexts) context.getExtension('WEBGL_lose_context')?.loseContext();
      });
    await expect.poll(() => noticed(page), { timeout: 30_000 }).toMatch(/^The browser took the webgl context away/);
    await reaches(page, 2, 2);
    expect(await page.locator('.backend').innerText()).toBe('on wasm, because webgl does not work here');
  });
});
