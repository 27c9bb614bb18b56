import { describe, expect, it } from 'vitest';
import { judgeByLength } from '../../lab/experiments/judges/by-length.ts';
import { judgeEffects } from '../../lab/experiments/judges/effects.ts';
import type { Run } from '../../lab/run/record.ts';
import { answer } from '../../lab/experiments/_answer.ts';
import { summarize, type SummaryRow } from '../../lab/analysis/summary.ts';
import { config, runOf } from './fixtures.ts';

const clipping = (maxNorm = 1) => ({ id: 'global-norm', options: { maxNorm } });
const rowsOf = (runs: readonly Run[]): readonly SummaryRow[] => summarize('x', runs).rows;
const diverged = { outcome: 'diverged', divergedAt: 2, score: 90 } as const;

describe('success by length', () => {
  const at = (length: number, metric: number, seed: number, strategy = { id: 'none', options: {} }, learningRate = 1) =>
    runOf(
      { task: 'temporal-order', settings: { ...config.settings, length }, seed, strategy, learningRate },
      { score: metric },
    );
  const result = judgeByLength(
    rowsOf([
      at(10, 0.009, 1),
      at(10, 0.75, 2),
      at(10, 0.75, 1, undefined, 2),
      at(10, 0.75, 2, undefined, 2),
      at(20, 0.01, 1),
      at(20, 0.75, 2),
      at(10, 0, 1, clipping()),
      at(10, 0, 2, clipping()),
      at(20, 0, 1, clipping()),
      at(20, 0.75, 2, clipping()),
    ]),
  );

  it('counts the seeds that solved the task at the best rate, and the runs at all rates', () => {
    expect(result.tables[0]?.rows).toEqual([
      ['rnn', 'none', '1/2 (1/4)', '0/2 (0/2)'],
      ['rnn', 'global-norm', '2/2 (2/2)', '1/2 (1/2)'],
    ]);
  });

  it('states the length up to which half of the seeds succeed', () => {
    expect(result.statements).toEqual([
      'rnn: at least half of the seeds solve it with no clipping up to length 10 (1 of all its 6 runs) and global-norm up to length 20 (3 of all its 4 runs).',
    ]);
  });

  it('draws a curve for each strategy', () => {
    expect(result.figures[0]?.panels[0]?.curves.map(({ points }) => points)).toEqual([
      [
        { x: 10, y: 50 },
        { x: 20, y: 0 },
      ],
      [
        { x: 10, y: 100 },
        { x: 20, y: 50 },
      ],
    ]);
  });
});

describe('effects', () => {
  const seeds = (scores: (number | null)[], change: Parameters<typeof runOf>[0]): Run[] =>
    scores.map((score, seed) => runOf({ ...change, seed }, score === null ? diverged : { score }));
  const bare = [4, 4.1, 4.2, 3.9, 3.8, 4, 4.1, 4];
  const { statements, tables, figures } = judgeEffects(
    rowsOf([
      ...seeds(bare, { cell: 'rnn' }),
      ...seeds(
        bare.map((score) => score - 1),
        { cell: 'rnn', strategy: clipping() },
      ),
      ...seeds(
        bare.map((score) => score - 2),
        { cell: 'lstm' },
      ),
      ...seeds(
        bare.map(() => null),
        { cell: 'lstm', strategy: clipping() },
      ),
    ]),
  );

  it('list the networks of each verdict', () => {
    expect(statements).toEqual([
      'global-norm against no clipping on 2 networks. helped: char-lm with rnn; hurt: char-lm with lstm.',
    ]);
  });

  it('show the gain seed by seed', () => {
    expect(tables[1]?.rows).toEqual([
      ['char-lm', 'rnn', 'global-norm', '8/8', '0/8', '+1 [+1, +1]', '0.0078', 'helped'],
      ['char-lm', 'lstm', 'global-norm', '0/8', '8/8', '–', '0.0078', 'hurt'],
    ]);
  });

  it('aggregate normalized scores over the networks', () => {
    const [none, clipped] = tables[2]!.rows;
    // On the lstm, `none` has the best median; on the rnn, its lead over the baseline is 0.4 of 1.4.
    expect(none).toEqual(['none', expect.stringMatching(/^0\.6\d \[0\.\d\d, 0\.\d\d\]$/), '–']);
    expect(clipped).toEqual(['global-norm', expect.stringMatching(/^0\.4\d \[/), '0.50 [0.50, 0.50]']);
    expect(figures[0]?.panels[0]?.curves.map(({ points }) => points[0]?.y)).toEqual([100, 50]);
  });
});

describe('an answer', () => {
  const rows = rowsOf([runOf({}, {}), runOf({ strategy: clipping() }, {})]);

  it("comes from the experiment's own judge, also for its smoke subset, and from the generic judge for a changed grid", () => {
    expect(answer('temporal-order-length', rows).isSpecific).toBe(true);
    expect(answer('temporal-order-length, smoke', rows).isSpecific).toBe(true);
    expect(answer('temporal-order-length, changed', rows).isSpecific).toBe(false);
    expect(answer('quick', rows).isSpecific).toBe(false);
  });
});
