// All output of the lab fits a terminal of 80 columns without truncation.
import { describe, expect, it } from 'vitest';
import { summarize } from '../../lab/analysis/summary.ts';
import { builtIn } from '../../lab/catalogue/catalogue.ts';
import { answer } from '../../lab/experiments/_answer.ts';
import { experiments } from '../../lab/experiments/index.ts';
import { expandGrid } from '../../lab/node/plan.ts';
import { randomNumbers } from '../../lab/random.ts';
import { formatReport } from '../../lab/text/terminal-report.ts';
import { wrapText } from '../../lab/text/text-table.ts';
import { runOf } from './fixtures.ts';
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

describe('the terminal report', () => {
  it.each(experiments)('of $id fits 80 columns', async ({ id, grid }) => {
    const planned = await expandGrid(grid, { catalogue: builtIn, data: () => 'data', backend: 'wasm' });
    const noise = randomNumbers(planned.length, 'terminal');
    const runs = planned.map(({ config }, index) => runOf(config, { score: 3 + noise[index]! }));
    const summary = summarize(id, runs);
    expect(unfitLines(formatReport(summary, answer(id, summary.rows)))).toEqual([]);
  });
});
