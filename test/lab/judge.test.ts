import { describe, expect, it } from 'vitest';
import { judgeByLength } from '../../lab/experiments/judges/by-length.ts';
import { judgeByRate } from '../../lab/experiments/judges/by-rate.ts';
import { judgeByThreshold } from '../../lab/experiments/judges/by-threshold.ts';
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

describe('robustness', () => {
  const result = judgeByRate(
    rowsOf([
      runOf({ learningRate: 1 }, { score: 3 }),
      runOf({ learningRate: 10 }, diverged),
      runOf({ learningRate: 1, strategy: clipping() }, { score: 3.1 }),
      runOf({ learningRate: 10, strategy: clipping() }, { score: 3.15 }),
      runOf({ learningRate: 100, strategy: clipping() }, { score: 4.41 }),
    ]),
  );

  it('states the largest rate at which each strategy trains, and its best score', () => {
    expect(result.statements).toEqual([
      'rnn: largest learning rate at which it trains (no seed diverged, median better than the baseline 4.40): no clipping 1 (best score 3.00, at rate 1); global-norm 10 (best score 3.10, at rate 1).',
    ]);
  });

  it('keeps diverged runs in the table and leaves a gap in the figure', () => {
    expect(result.tables[0]?.rows[0]).toEqual(['none', '3.00 (0 %)', 'diverged', '–']);
    expect(result.figures[0]?.panels[0]?.curves[0]?.points[1]).toMatchObject({ x: 10, y: null });
  });
});

describe('the threshold', () => {
  it('is compared at the best rate of each, and adaptive strategies with the best fixed threshold', () => {
    const adaptive = { id: 'adaptive-percentile', options: { percentile: 50 } };
    const { statements: answers } = judgeByThreshold(
      rowsOf([
        runOf({}, { score: 4 }),
        runOf({ strategy: clipping(0.1) }, { score: 3.5 }),
        runOf({ strategy: clipping(1) }, { score: 3 }),
        runOf({ strategy: clipping(2) }, { score: 3.05 }),
        runOf({ strategy: adaptive }, { score: 3.3 }),
      ]),
    );
    expect(answers).toEqual([
      'rnn: thresholds within 2 % of the best one, each at its own rate: 1 to 2 (2 of 3 tried). The best scores 3.00, no clipping 4.00. ' +
        'Unclipped at its best rate, norms had a median of 2.00 and a 90th percentile of 2.00.',
      'rnn: against the best fixed threshold (3.00), chosen in hindsight: adaptive-percentile 3.30, worse.',
    ]);
  });
});

describe('effects', () => {
  const seeds = (scores: (number | null)[], change: Parameters<typeof runOf>[0]): Run[] =>
    scores.map((metric, seed) => runOf({ ...change, seed }, metric === null ? diverged : { score: metric }));
  const { statements: answers, tables } = judgeEffects(
    rowsOf([
      ...seeds([4, 4.1], { cell: 'rnn' }),
      ...seeds([3, 3.1], { cell: 'rnn', strategy: clipping() }),
      ...seeds([2, 2.1], { cell: 'lstm' }),
      ...seeds([null, null], { cell: 'lstm', strategy: clipping() }),
    ]),
  );

  it('count the networks where a strategy helped and where it lost', () => {
    expect(answers).toEqual([
      'global-norm: of 2 networks it helped 1 (char-lm with rnn), lost on 1 (char-lm with lstm), and made no clear difference to 0.',
      'char-lm: the best cell without clipping is lstm at 2.05, with it rnn at 3.05.',
    ]);
  });

  it('show the gain seed by seed', () => {
    expect(tables[1]?.rows).toEqual([
      ['char-lm', 'rnn', 'global-norm', '2/2', '0/2', '+1 [+1, +1]', 'helped'],
      ['char-lm', 'lstm', 'global-norm', '–', '–', '–', 'lost'],
    ]);
  });
});

describe('an answer', () => {
  const rows = rowsOf([runOf({}, {}), runOf({ strategy: clipping() }, {})]);

  it("comes from the experiment's own judge, also for its smoke subset, and from the generic judge for a changed grid", () => {
    expect(answer('threshold', rows).isSpecific).toBe(true);
    expect(answer('threshold, smoke', rows).isSpecific).toBe(true);
    expect(answer('threshold, changed', rows).isSpecific).toBe(false);
    expect(answer('quick', rows).isSpecific).toBe(false);
  });
});
