// Each fault that people met on this page, and what must hold instead.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { expect, it, vi } from 'vitest';
import { formatNumber } from '../../playground/src/format.ts';
import {
  card,
  describeInBrowser,
  hashOf,
  reaches,
  says,
  sentenceOn,
  SMALL,
  stepOf,
  timeTasks,
  type Setup,
} from './visit.ts';

const COPIED = fileURLToPath(new URL('../.generated/playground-copied/', import.meta.url));
const GENTLE = { ...SMALL, learningRate: 0.3 };

/** Reads the vertical extent in pixels of the line of a run in a chart. */
async function extentOf(page: Page, chart: string, run: number): Promise<number> {
  return page.locator(`${chart} canvas`).evaluate((canvas: HTMLCanvasElement, index) => {
    const colour = getComputedStyle(document.documentElement).getPropertyValue(`--run-${index}`).trim();
    const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const rows: number[] = [];
    for (let at = 0; at < data.length; at += 4) {
      if (wanted.every((value, channel) => data[at + channel] === value)) rows.push(Math.floor(at / 4 / canvas.width));
    }
    return Math.max(...rows) - Math.min(...rows);
  }, run - 1);
}

describeInBrowser('the playground', (visit) => {
  it('takes its first step within 3 seconds of processor time on wasm', async () => {
    const { page } = await visit();
    await reaches(page, 2, 0);
    const { main, workers } = await timeTasks(page, async () => {
      await page.reload();
      await reaches(page, 2, 0);
    });
    const seconds = [...main, ...workers].reduce((sum, ms) => sum + ms, 0) / 1000;
    console.log(`the first step took ${seconds.toFixed(2)} s of processor time`);
    expect(workers.length).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(3);
  });

  it.each(['char-lm', 'temporal-order', 'adding', 'weather'])(
    'never blocks the page for 200 ms in the first 100 steps of %s',
    async (task) => {
      const { page, offences } = await visit();
      await page.locator('.setup summary').click();
      const { main } = await timeTasks(page, async () => {
        await page.getByLabel('Task').selectOption(task);
        if (task === 'char-lm') await page.getByRole('button', { name: 'Reset' }).click();
        await reaches(page, 2, 100, 150_000);
      });
      const longest = Math.max(...main);
      console.log(`${task}: the longest of ${main.length} tasks took ${longest.toFixed(1)} ms`);
      expect(longest).toBeLessThan(200);
      expect(offences).toEqual([]);
    },
  );

  it('shows nothing of the last task after another is chosen', async () => {
    const { page, offences } = await visit({ hash: hashOf(GENTLE) });
    await reaches(page, 2, 20);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('.setup summary').click();
    await page.getByLabel('Task').selectOption('temporal-order');
    await expect.poll(() => sentenceOn(page)).toBe('Paused before the first step.');
    expect(await page.locator('.norms .chart').getAttribute('aria-label')).toBe('Gradient norm by step. ');
    await expect
      .poll(() => page.locator('.losses figcaption').textContent())
      .toBe('Loss cross-entropy in nats guessing 1.39');
    expect(await page.locator('.sample').count()).toBe(0);
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await reaches(page, 2, 5);
    expect(await page.locator('.losses .chart').getAttribute('aria-label')).toMatch(/guessing has 1\.39\. /);
    expect(offences).toEqual([]);
  });

  it('says what the numbers say, step by step, and that it is paused', async () => {
    const { page } = await visit({ hash: hashOf(SMALL) });
    await reaches(page, 2, 1);
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect.poll(() => page.locator('.rate').innerText()).toBe('paused');
    for (let turn = 0; turn < 25; turn += 1) {
      const at = Math.max(await stepOf(page, 1), await stepOf(page, 2));
      await page.getByRole('button', { name: 'Step', exact: true }).click();
      await reaches(page, 2, at + 1);
      const { sentence, figures } = await page.evaluate(() => ({
        sentence: document.querySelector('.sentence')!.textContent,
        figures: [...document.querySelectorAll('.run')].map((run) =>
          [...run.querySelectorAll('dd')].map((figure) => figure.textContent),
        ),
      }));
      expect(sentence).toMatch(new RegExp(`^Paused at step ${at + 1}\\. `));
      const clauses = sentence.split('. ').slice(1);
      const alike = sentence.includes('With and without clipping');
      figures.forEach(([step, loss], index) => {
        const clause = alike ? clauses[0] : clauses[index];
        if (/exploded|diverged/.test(clause!)) expect(clause).toContain(`at step ${step}`);
        else expect(clause).toContain(loss!);
      });
    }
  });

  it('gives one clip rate for each run, over the steps that it names', async () => {
    const { page } = await visit({ hash: hashOf(GENTLE) });
    await reaches(page, 2, 25);
    const text = await card(page, 2).innerText();
    expect(text.match(/\d+ %/g)).toHaveLength(1);
    expect(text).toContain('clipped, last 20');
  });

  it('says that training has ended when every run has exploded, and trains again from the beginning', async () => {
    const { page } = await visit({ hash: '#rnn/sgd/3/none' });
    await says(page, 1, /^exploded, step 12$/);
    await expect.poll(() => page.locator('.rate').innerText()).toBe('ended');
    // The test score of a network that has exploded means nothing.
    expect(await card(page, 1).locator('dt').allInnerTexts()).not.toContain('test score');
    await page.getByRole('button', { name: 'Train again' }).click();
    await expect.poll(() => page.locator('.rate').innerText()).not.toBe('ended');
    await says(page, 1, /^exploded, step 12$/);
  });

  it('shows how a loss falls beside one that explodes', async () => {
    const { page } = await visit();
    await says(page, 1, /^exploded, step 12$/);
    await reaches(page, 2, 100, 150_000);
    await page.getByRole('button', { name: 'Pause' }).click();
    // The axis goes to twice the loss of guessing, and the loss falls by about a quarter of that.
    expect(await extentOf(page, '.losses', 2)).toBeGreaterThan(40);
  });

  it.each<Setup>([
    GENTLE,
    { ...GENTLE, task: 'adding', settings: { units: 4, length: 10, batch: 4 }, learningRate: 0.01 },
  ])('copies a program that trains $task as shown and prints what was seen', async (setup) => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const { page } = await visit({ hash: hashOf({ ...setup, steps: 21 }), permissions });
    await says(page, 2, /^finished/);
    await page.getByRole('button', { name: 'Copy as code: run 2' }).click();
    await expect.poll(() => page.locator('.copied').innerText()).toBe('Copied the code of run 2.');
    const code = await page.evaluate(() => navigator.clipboard.readText());
    const label = (await page.locator('.losses .chart').getAttribute('aria-label'))!;
    const [, shown = ''] = /global norm 0\.25: (\S+) at step 20/.exec(label)!;
    mkdirSync(COPIED, { recursive: true });
    const file = `${COPIED}${String(setup['task'])}.js`;
    writeFileSync(file, code);
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      await import(/* @vite-ignore */ file);
      const printed = log.mock.calls.map((line) => line.join(' ')).join('\n');
      const [, loss = ''] = /^step 20: .+ (\S+)$/m.exec(printed)!;
      expect(formatNumber(Number(loss))).toBe(shown);
    } finally {
      log.mockRestore();
      rmSync(COPIED, { recursive: true, force: true });
    }
  });

  it('learns the weather with clipping, and not without', async () => {
    const { page } = await visit();
    await page.locator('.setup summary').click();
    await page.getByLabel('Task').selectOption('weather');
    await says(page, 1, /^exploded/, 120_000);
    await says(page, 2, /^(learning|better than guessing)$/, 150_000);
  });

  it('refuses a learning rate below 0 and keeps the last one', async () => {
    const { page } = await visit({ hash: hashOf(GENTLE) });
    await reaches(page, 2, 1);
    await page.locator('.setup summary').click();
    const field = page.getByLabel('Learning rate');
    await field.fill('-1');
    await field.blur();
    expect(await field.evaluate((input: HTMLInputElement) => input.validationMessage)).toBe(
      'Enter a number from 0.000001 to 100.',
    );
    expect(new URL(page.url()).hash).toMatch(/^#rnn\/sgd\/0\.3\//);
  });

  it('adds runs with strategies that no other run has', async () => {
    const { page } = await visit({ hash: hashOf(GENTLE) });
    await page.getByRole('button', { name: 'Add a run' }).click();
    await page.getByRole('button', { name: 'Add a run' }).click();
    await reaches(page, 4, 0);
    const names = await page.locator('.run h2').allInnerTexts();
    expect(new Set(names).size).toBe(4);
    expect(await page.locator('.key').allInnerTexts()).toEqual(names);
    expect(names.slice(0, 2)).toEqual(['no clipping', 'global norm 0.25']);
  });

  it('opens every example, and says of the vanishing one that clipping cannot help', async () => {
    const { page, offences } = await visit();
    for (const name of [
      'Make it explode',
      'Clip too hard',
      'Vanishing: clipping cannot help',
      'Save it with one line',
    ]) {
      const button = page.getByRole('button', { name });
      await button.click();
      expect(await button.getAttribute('aria-pressed')).toBe('true');
      await reaches(page, 1, 12, 120_000);
      if (name.startsWith('Vanishing')) {
        await expect.poll(() => sentenceOn(page), { timeout: 60_000 }).toMatch(/so it cannot help here\.$/);
      }
    }
    expect(offences).toEqual([]);
  });
});
