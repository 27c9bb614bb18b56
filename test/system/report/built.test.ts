// The report that the published program writes.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { describeWithBrowser } from '../browser/visit.ts';
import { buildLab, type BuiltLab } from '../../lab/built.ts';
import { chart, tipIn } from './page.ts';

describeWithBrowser('the built program', (open) => {
  let [folder, lab]: [string, BuiltLab | undefined] = ['', undefined];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gradclip-built-report-'));
    lab = await buildLab();
    cpSync(dirname(inject('reportProgram')), join(lab.bin, '../report'), { recursive: true });
  });
  afterAll(() => {
    lab?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('writes reports with interactive charts', async () => {
    const grid = [
      '--tasks',
      'adding',
      '--cells',
      'rnn',
      '--strategies',
      'none',
      'global-norm',
      '--learning-rates',
      '0.01',
    ];
    const args = ['compare', ...grid, '--seeds', '1', '--steps', '3', '--workers', '0', '--out', folder];
    execFileSync(process.execPath, [lab!.bin, ...args], { stdio: 'pipe' });
    const { page, offences } = await open(pathToFileURL(join(folder, 'report.html')).href);
    const own = chart(page, 'rnn: loss by step at rate 0.01');
    await own.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('End');
    expect((await tipIn(own)).slice(0, 2)).toEqual(['strategy none', 'step 2']);
    expect(offences).toEqual([]);
  });
});
