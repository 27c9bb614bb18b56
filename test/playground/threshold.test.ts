// The threshold is moved during training, and the records note it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, it } from 'vitest';
import { readRun, type Run } from '../../lab/run/record.ts';
import { runCli } from '../../lab/cli.ts';
import { card, describeInBrowser, hashOf, reaches, says, SMALL } from './visit.ts';

const FEW = { ...SMALL, steps: 60 };

async function exported(page: Page, run: number): Promise<{ name: string; text: string; records: Run }> {
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: `Export: records of run ${run}` }).click();
  const download = await saved;
  const text = readFileSync(await download.path(), 'utf8');
  const records = readRun(text);
  if (records === undefined) throw new Error('The export holds no whole run.');
  return { name: download.suggestedFilename(), text, records };
}

describeInBrowser('the threshold', (visit) => {
  it('can be dragged during training: the norms follow and the record notes the change', async () => {
    // At this rate the run stays finite with any threshold.
    const { page, offences } = await visit({ hash: hashOf({ ...SMALL, learningRate: 0.3, steps: 500 }) });
    await reaches(page, 2, 10);
    const handle = page.getByRole('slider', { name: 'Threshold of run 2' });
    const before = Number(await handle.getAttribute('aria-valuenow'));
    await handle.hover();
    const box = (await handle.boundingBox())!;
    await page.mouse.down();
    await page.mouse.move(box.x + 40, box.y - 40, { steps: 5 });
    await page.mouse.up();
    // A busy machine handles the last movements late.
    let after = NaN;
    await expect
      .poll(async () => after === (after = Number(await handle.getAttribute('aria-valuenow'))), { interval: 700 })
      .toBe(true);
    expect(after).toBeGreaterThan(1.3 * before);
    await says(page, 2, /^finished/, 90_000);

    const { records } = await exported(page, 2);
    const clipped = records.steps.filter((line) => line.clipped);
    expect(clipped.slice(0, 8).map((line) => line.threshold)).toEqual(Array(8).fill(before));
    for (const { normAfter, threshold } of clipped) expect(normAfter / threshold!).toBeCloseTo(1, 4);
    expect(records.steps.at(-1)!.threshold).toBe(after);
    const { id, options } = records.start.config.strategy;
    expect(id).toBe('global-norm-changed-while-training');
    expect(options).toMatchObject({ maxNorm: before });
    const changes = Object.entries(options).filter(([name]) => name.startsWith('maxNorm from step '));
    expect(changes.at(-1)![1]).toBe(after);
    const since = Number(changes.at(-1)![0].replace('maxNorm from step ', ''));
    expect(records.steps[since]!.threshold).toBe(after);
    expect(offences).toEqual([]);
  });

  it('can be moved with the keyboard alone', async () => {
    const { page } = await visit({ hash: hashOf(SMALL) });
    await reaches(page, 2, 5);
    const handle = page.getByRole('slider', { name: 'Threshold of run 2' });
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press('Tab');
      if (await handle.evaluate((element) => element === document.activeElement)) break;
    }
    expect(await handle.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => handle.getAttribute('aria-valuenow')).toBe('0.275');
    await page.keyboard.press('PageDown');
    await expect.poll(() => handle.getAttribute('aria-valuenow')).toBe('0.183');
    await expect.poll(() => card(page, 2).locator('h2').innerText()).toBe('global norm 0.183');
    // Home and End go to the ends of the axis that is drawn, which may not have followed the last key yet.
    const valueAfter = async (key: string): Promise<number> => {
      await page.keyboard.press(key);
      return Number(await handle.getAttribute('aria-valuenow'));
    };
    await expect.poll(() => valueAfter('Home')).toBeLessThan(0.18);
    await expect.poll(() => valueAfter('End')).toBeGreaterThan(0.5);
  });

  it('of a run that has ended starts all runs again, so that the sentence stays true', async () => {
    const { page } = await visit({ hash: hashOf({ ...SMALL, learningRate: 0.3, steps: 20 }) });
    await says(page, 2, /^finished/);
    await page.getByRole('slider', { name: 'Threshold of run 2' }).focus();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => page.locator('.rate').innerText()).not.toBe('ended');
    await says(page, 2, /^finished/);
    expect(await page.locator('.sentence').innerText()).toContain('Clipped at 0.275 it finished at');
    const { records } = await exported(page, 2);
    expect(records.start.config.strategy).toMatchObject({ id: 'global-norm', options: { maxNorm: 0.275 } });
  });

  it('exports records that the lab can report', async () => {
    const { page } = await visit({ hash: hashOf(FEW) });
    await says(page, 1, /^(exploded|diverged)/);
    await says(page, 2, /^finished/);
    const [one, two] = [await exported(page, 1), await exported(page, 2)];
    expect(one.records.end.outcome).toBe('diverged');
    expect(two.records.end.outcome).toBe('finished');
    expect(two.records.steps).toHaveLength(60);
    expect(two.name).toBe(`${two.records.start.id}.jsonl`);

    const folder = mkdtempSync(join(tmpdir(), 'gradclip-export-'));
    try {
      mkdirSync(join(folder, 'runs'));
      for (const { name, text } of [one, two]) writeFileSync(join(folder, 'runs', name), text);
      const written: string[] = [];
      const sink = { write: (text: string) => (written.push(text), true), isTTY: false };
      const signal = new AbortController().signal;
      expect(await runCli({ args: ['report', '--out', folder], stdout: sink, stderr: sink, signal } as never)).toBe(0);
      expect(written.join('')).toMatch(/global-norm/);
      expect(readFileSync(join(folder, 'report.html'), 'utf8')).toMatch(/diverged/i);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
