// Everything the lab says fits a terminal of 80 columns, whole.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../lab/cli.ts';
import { readKept } from '../../lab/report/kept.ts';
import { rowsOf } from '../../lab/report/summary.ts';
import { terminalReport } from '../../lab/report/terminal.ts';
import { wrapped } from '../../lab/report/text-table.ts';
import { Screen } from './screen.ts';

const COLUMNS = 80;

/** The lines of a text that are cut short or do not fit. */
function misfits(text: string): string[] {
  return text.split('\n').filter((line) => line.trimEnd().length > COLUMNS || /\w…( |$)/.test(line));
}

const COMMANDS = ['compare', 'tune', 'report', 'list', 'export', 'worker', 'keep', 'results'];

describe('the help', () => {
  it.each([[[]], ...COMMANDS.map((command) => [[command]] as const)] as const)('of %j fits', async (command) => {
    const [stdout, stderr] = [new Screen(), new Screen()];
    const signal = new AbortController().signal;
    expect(await runCli([...command, '--help'], { stdout, stderr, signal })).toBe(0);
    expect(stdout.text).toContain('Usage: gradclip-lab');
    expect(misfits(stdout.text)).toEqual([]);
  });
});

describe('the list', () => {
  it('fits, what is too long for a line going on further in', async () => {
    const [stdout, stderr] = [new Screen(), new Screen()];
    await runCli(['list'], { stdout, stderr, signal: new AbortController().signal });
    expect(misfits(stdout.text)).toEqual([]);
    expect(stdout.text).toContain('\n  temporal-order: Two symbols stand far apart');
    expect(wrapped('a b '.repeat(30).trim(), '  ').split('\n')[1]).toMatch(/^ {4}[ab] /);
  });
});

describe('the report of finished experiments', () => {
  const folder = fileURLToPath(new URL('../../lab/results', import.meta.url));

  it.each(readdirSync(folder).filter((name) => name.endsWith('.jsonl')))('in %s fits', (name) => {
    const { head, digests } = readKept(readFileSync(join(folder, name), 'utf8'), name);
    const { experiment, environment } = head;
    const text = terminalReport({ version: 1, experiment, environment, rows: rowsOf(digests) });
    expect(misfits(text)).toEqual([]);
  });
});
