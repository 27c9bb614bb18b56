// All output of the lab fits a terminal of 80 columns without truncation.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseArchive } from '../../lab/results-page/archive.ts';
import { summarizeDigests } from '../../lab/analysis/summary.ts';
import { answer } from '../../lab/experiments/_answer.ts';
import { formatReport } from '../../lab/text/terminal-report.ts';
import { wrapText } from '../../lab/text/text-table.ts';
import { runLab } from './screen.ts';

const COLUMNS = 80;

/** The lines of a text that are too long or truncated. */
function unfitLines(text: string): string[] {
  return text.split('\n').filter((line) => line.trimEnd().length > COLUMNS || /\w…( |$)/.test(line));
}

const COMMANDS = ['compare', 'tune', 'report', 'list', 'export', 'worker', 'keep', 'results'];

describe('the help', () => {
  it.each([[[]], ...COMMANDS.map((command) => [[command]] as const)] as const)(
    'of %j fits 80 columns',
    async (command) => {
      const { code, out } = await runLab(...command, '--help');
      expect(code).toBe(0);
      expect(out).toContain('Usage: gradclip-lab');
      expect(unfitLines(out)).toEqual([]);
    },
  );
});

describe('the list', () => {
  it('fits 80 columns and indents wrapped lines', async () => {
    const { out } = await runLab('list');
    expect(unfitLines(out)).toEqual([]);
    expect(out).toContain('\n  temporal-order: Two symbols are far apart');
    expect(wrapText('a b '.repeat(30).trim(), '  ').split('\n')[1]).toMatch(/^ {4}[ab] /);
  });
});

describe('the terminal report of a saved experiment', () => {
  const folder = fileURLToPath(new URL('../../lab/results', import.meta.url));

  it.each(readdirSync(folder).filter((name) => name.endsWith('.jsonl')))('in %s fits 80 columns', (name) => {
    const { head, digests } = parseArchive(readFileSync(join(folder, name), 'utf8'), name);
    const { experiment, environment } = head;
    const rows = summarizeDigests(digests);
    const text = formatReport({ version: 1, experiment, environment, rows }, answer(experiment, rows));
    expect(unfitLines(text)).toEqual([]);
  });
});
