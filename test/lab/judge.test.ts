import { describe, expect, it } from 'vitest';
import { judgeByLength } from '../../lab/experiments/judges/by-length.ts';
import { judgeEffects } from '../../lab/experiments/judges/effects.ts';
import type { Figure } from '../../lab/analysis/answer.ts';
import type { Run } from '../../lab/run/record.ts';
import { answer } from '../../lab/experiments/_answer.ts';
import { summarize, type SummaryRow } from '../../lab/analysis/summary.ts';
import { config, runOf } from './fixtures.ts';

const clipping = (maxNorm = 1) => ({ id: 'global-norm', options: { maxNorm } });
const rowsOf = (runs: readonly Run[]): readonly SummaryRow[] => summarize('x', runs).rows;
const curvesOf = (figure: Figure | undefined) =>
  figure !== undefined && 'panels' in figure ? figure.panels[0]?.curves : undefined;
const diverged = { outcome: 'diverged', divergedAt: 2, score: 90 } as const;

it('an answer has no empty table and no empty chart where nothing was trained without clipping', () => {
  const rows = rowsOf(
    [1, 2].flatMap((seed) => [1, 2].map((maxNorm) => runOf({ seed, strategy: clipping(maxNorm) }, { score: 3 }))),
  );
  for (const name of ['quick', 'converged', 'leaderboard']) {
    const { tables, figures } = answer(name, rows);
    const sizes = figures.flatMap((figure) =>
      'dotPanels' in figure
        ? figure.dotPanels.map((panel) => panel.rows.length)
        : figure.panels.map((panel) => panel.curves.length),
    );
    expect([...sizes, ...tables.map((table) => table.rows.length)]).not.toContain(0);
    expect(figures.map(({ title }) => title)).not.toContain('Gain over no clipping');
    expect(tables.length).toBeGreaterThan(0);
  }
});

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

  it('counts the seeds that solved the task at the rate that is best on validation', () => {
    expect(result.tables[0]?.rows).toEqual([
      ['rnn', 'none', '1/2', '0/2'],
      ['rnn', 'global-norm', '2/2', '1/2'],
    ]);
  });

  it('states how many seeds solved the task at each length, and introduces the cell', () => {
    expect(result.statements).toEqual([
      'rnn (SimpleRNN): without clipping, 1 and 0 of 2 seeds solve the task at the lengths 10 and 20; with global-norm, 2 and 1.',
    ]);
  });

  it('draws a curve for each strategy', () => {
    expect(curvesOf(result.figures[0])?.map(({ points }) => points)).toEqual([
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
  const { rows } = summarize('x', [
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
  ]);
  const { headline, statements, tables, figures } = judgeEffects(rows);

  it('count the networks of each verdict in the headline', () => {
    expect(headline).toBe(
      'global-norm helped on 1 of 2 networks (bits per character: rnn 4.00 → 3.00) and hurt on 1 (lstm 2.00 → diverged).',
    );
  });

  it('draw the gain of each network with its interval and seeds', () => {
    const [gains] = figures;
    if (gains === undefined || !('dotPanels' in gains)) throw new Error('The first figure must have rows of values.');
    expect(gains.dotPanels).toMatchObject([
      {
        title: 'char-lm: bits per character',
        level: { x: 0 },
        rows: [{ label: 'rnn' }, { label: 'lstm', value: null }],
      },
    ]);
    const [rnn] = gains.dotPanels[0]!.rows;
    expect([rnn!.value, rnn!.low, rnn!.high]).toEqual([1, 1, 1].map((one) => expect.closeTo(one, 9) as number));
    expect(rnn!.dots).toHaveLength(8);
  });

  it('list the networks of each verdict', () => {
    expect(statements).toEqual(['global-norm: helped on rnn; hurt on lstm.']);
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
    const [bareCurve, clippedCurve] = curvesOf(figures[1])!;
    // Every run without clipping learns. Of the clipped runs those of one network do, whatever seeds are drawn.
    expect(bareCurve?.points[0]).toEqual({ x: 0, y: 100, low: 100, high: 100 });
    expect(clippedCurve?.points[0]).toEqual({ x: 0, y: 50, low: 50, high: 50 });
    expect(clippedCurve?.points).toHaveLength(21);
  });
});

describe('the aggregates of a summary', () => {
  it('have the values of the report, each with its interval, and the profile at each level', () => {
    const seeds = [1, 2, 3, 4];
    const { aggregates } = summarize(
      'x',
      ['rnn', 'lstm'].flatMap((cell) => [
        ...seeds.map((seed) => runOf({ cell, seed }, { score: 3.15 })),
        ...seeds.map((seed) => runOf({ cell, seed, strategy: clipping() }, { score: 2.4 })),
      ]),
    );
    // The baseline is 4.4, so the leads are 1.25 and 2.
    const near = expect.closeTo(0.625, 9) as number;
    const certain = (value: number) => ({ value, low: value, high: value });
    expect(aggregates).toMatchObject({
      networks: 2,
      strategies: [{ name: 'none', iqm: certain(near) }, { name: 'global-norm' }],
    });
    const [none, clipped] = aggregates!.strategies;
    expect(none).not.toHaveProperty('improvement');
    expect(clipped).toMatchObject({ iqm: certain(1), improvement: certain(1) });
    expect(aggregates?.levels).toHaveLength(21);
    expect(none?.profile.map(({ value }) => value)).toEqual(aggregates?.levels.map((level) => (level < 0.625 ? 1 : 0)));
  });

  it('are absent for one network', () => {
    const runs = [runOf({}, {}), runOf({ strategy: clipping() }, {})];
    expect(summarize('x', runs)).not.toHaveProperty('aggregates');
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
