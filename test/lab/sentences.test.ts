// What the sentences of an answer claim, for data that support a conclusion and for data that do not.
import { describe, expect, it } from 'vitest';
import { summarize, type SummaryRow } from '../../lab/analysis/summary.ts';
import { judgeAlternatives } from '../../lab/experiments/judges/alternatives.ts';
import { judgeConvergence } from '../../lab/experiments/judges/convergence.ts';
import { judgeEffects } from '../../lab/experiments/judges/effects.ts';
import { judgeRanking } from '../../lab/experiments/judges/ranking.ts';
import { judgeRegret } from '../../lab/experiments/judges/regret.ts';
import type { Run } from '../../lab/run/record.ts';
import type { RunConfig } from '../../lab/run/run-config.ts';
import { runOf } from './fixtures.ts';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const clipping = { id: 'global-norm', options: { maxNorm: 1 } };
const perValue = { id: 'per-value', options: { maxAbs: 0.1 } };

interface Scores {
  readonly score: number | null;
  readonly training?: number;
  readonly seeds?: readonly number[];
}

/** Runs of one setting, whose scores differ a little between the seeds. */
function runsOf(change: Partial<RunConfig>, { score, training, seeds = SEEDS }: Scores): Run[] {
  return seeds.map((seed) =>
    runOf(
      { ...change, seed },
      score === null
        ? { outcome: 'diverged' }
        : { score: score + seed / 1000, ...(training !== undefined && { training: training + seed / 1000 }) },
    ),
  );
}

function rowsOf(...runs: readonly Run[][]): readonly SummaryRow[] {
  return summarize('x', runs.flat()).rows;
}

/** Without clipping 4 in the middle of the grid, and with clipping 4.2 at its end, after a large improvement. */
function edgeRuns(cell: string, strategy = clipping): Run[][] {
  return [
    ...[1, 3, 9].map((learningRate) => runsOf({ cell, learningRate }, { score: learningRate === 3 ? 4 : 4.3 })),
    ...[1, 3, 9].map((learningRate) =>
      runsOf({ cell, learningRate, strategy }, { score: { 1: 4.8, 3: 4.6, 9: 4.2 }[learningRate]! }),
    ),
  ];
}

describe('the headline about effects', () => {
  it('names the networks with and without a clear difference, with their scores', () => {
    const { headline } = judgeEffects(
      rowsOf(
        runsOf({ cell: 'rnn' }, { score: 4 }),
        runsOf({ cell: 'rnn', strategy: clipping }, { score: 3 }),
        runsOf({ cell: 'lstm' }, { score: 4 }),
        runsOf({ cell: 'lstm', strategy: clipping }, { score: 4 }),
      ),
    );
    expect(headline).toBe(
      'global-norm helped on 1 of 2 networks (bits per character: rnn 4.00 → 3.00); no clear difference: lstm 4.00 → 4.00.',
    );
  });

  it('calls a worse score at the edge of the grid inconclusive, and does not count it as without an effect', () => {
    const { headline, statements } = judgeEffects(
      rowsOf(
        ...edgeRuns('gru'),
        runsOf({ cell: 'lstm' }, { score: 4 }),
        runsOf({ cell: 'lstm', strategy: clipping }, { score: 4 }),
      ),
    );
    const reason = 'the best learning rate of the worse side lies at the edge of the grid';
    expect(headline).toBe(
      `No clear difference with global-norm on lstm. Inconclusive with global-norm on gru: ${reason}.`,
    );
    expect(statements).toEqual([`global-norm: inconclusive on gru (${reason}); no clear difference on lstm.`]);
  });

  it('tells a difference below the sampling error of the test set from no clear difference, and counts diverged runs', () => {
    const unclipped = [...runsOf({}, { score: 4, seeds: SEEDS.slice(1) }), ...runsOf({}, { score: null, seeds: [1] })];
    const runs = [
      unclipped,
      runsOf({ strategy: clipping }, { score: 3.9999 }),
      runsOf({ strategy: perValue }, { score: 3 }),
    ].map((some) => some.map((run) => ({ ...run, end: { ...run.end, testError: 0.05 } })));
    const { headline, tables } = judgeEffects(rowsOf(...runs));
    expect(headline).toBe(
      'per-value helped on 1 of 1 network (bits per character: rnn 4.01 (1 of 8 diverged) → 3.00). ' +
        'With global-norm on rnn, the difference is smaller than the sampling error of the test set.',
    );
    expect(tables[0]?.rows[0]).toContain('4.01 (1; 1 of 8 diverged)');
  });

  it('draws no conclusion from few seeds', () => {
    const { headline, statements } = judgeEffects(
      rowsOf(
        runsOf({}, { score: 4, seeds: [1, 2] }),
        runsOf({ strategy: clipping }, { score: 3, seeds: [1, 2] }),
        runsOf({ strategy: perValue }, { score: 3, seeds: [1, 2] }),
      ),
    );
    expect(headline).toBe('Inconclusive with global-norm and per-value on rnn: too few seeds.');
    expect(statements[0]).toBe('global-norm: inconclusive on rnn (too few seeds).');
  });

  it('draws no conclusion if neither side beats the baseline', () => {
    const { headline } = judgeEffects(
      rowsOf(runsOf({}, { score: 4.6 }), runsOf({ strategy: clipping }, { score: 4.5 })),
    );
    expect(headline).toBe('Inconclusive with global-norm on rnn: neither side beats the baseline.');
  });

  it('says if nothing was compared with no clipping', () => {
    expect(judgeEffects(rowsOf(runsOf({ strategy: clipping }, { score: 3 }))).headline).toBe(
      'No strategy was tested against no clipping.',
    );
  });

  it('counts networks that are too many to name, and groups them by task', () => {
    const cells = ['rnn', 'lstm', 'gru'];
    const { headline, statements } = judgeEffects(
      rowsOf(
        ...['char-lm', 'sentiment'].flatMap((task) =>
          cells.flatMap((cell) => [
            runsOf({ task, cell }, { score: 4 }),
            runsOf({ task, cell, strategy: clipping }, { score: task === 'char-lm' || cell === 'rnn' ? 3 : 4 }),
            runsOf({ task, cell, strategy: perValue }, { score: 4 }),
          ]),
        ),
      ),
    );
    expect(headline).toBe(
      'global-norm helped on 4 of 6 networks. per-value neither helped nor hurt on 6 of 6 networks.',
    );
    expect(statements[0]).toBe(
      'global-norm: helped on char-lm (all 3 cells) and sentiment (rnn); no clear difference on sentiment (lstm and gru).',
    );
  });
});

describe('the headline about convergence', () => {
  it('states equal scores once, and that no gap clearly differs', () => {
    const { headline } = judgeConvergence(
      rowsOf(
        ...[undefined, clipping, perValue].map((strategy) =>
          runsOf({ cell: 'lstm', ...(strategy && { strategy }) }, { score: 2, training: 1.9 }),
        ),
      ),
    );
    expect(headline).toBe(
      'Final test score of the LSTM (bits per character): 2.00 without clipping and with each strategy. ' +
        'No clear difference with global-norm and per-value on lstm. ' +
        'With no strategy does the gap between training and test score clearly differ from that without clipping.',
    );
  });

  it('says of a smaller gap that the test score is worse', () => {
    const { headline } = judgeConvergence(
      rowsOf(
        runsOf({ cell: 'gru' }, { score: 2, training: 1.9 }),
        runsOf({ cell: 'gru', strategy: clipping }, { score: 2, training: 1.9 }),
        runsOf({ cell: 'gru', strategy: perValue }, { score: 2.2, training: 2.15 }),
      ),
    );
    expect(headline).toContain('2.00 without clipping and with global-norm; 2.20 with per-value.');
    expect(headline).toContain(
      'The gap between training and test score of the GRU is smaller with per-value (−0.05) than without clipping, ' +
        'but its median test score is worse. The other gaps show no clear difference.',
    );
  });

  it('says nothing about gaps that were not measured', () => {
    const rows = rowsOf(runsOf({}, { score: 2 }), runsOf({ strategy: clipping }, { score: 2 }));
    expect(judgeConvergence(rows).headline).not.toContain('gap');
  });
});

describe('the headline about other remedies', () => {
  it('names all networks that share the best score', () => {
    const { headline } = judgeAlternatives(
      rowsOf(
        runsOf({ cell: 'rnn' }, { score: 3 }),
        runsOf({ cell: 'rnn', strategy: clipping }, { score: 2 }),
        runsOf({ cell: 'rnn-stack' }, { score: 2 }),
        runsOf({ cell: 'rnn-stack', strategy: clipping }, { score: null }),
      ),
    );
    expect(headline).toContain(
      'char-lm (bits per character): best is 2.00, by rnn-stack without clipping and by rnn with clipping; ' +
        'the plain rnn scores 3.00 without clipping and 2.00 with clipping.',
    );
  });
});

describe('the headline about tuned thresholds', () => {
  const measured = { id: 'global-norm', options: { maxNorm: 'auto' } };
  const compare = (seeds: readonly number[]): string | undefined =>
    judgeRegret(
      rowsOf(
        runsOf({}, { score: 3, seeds }),
        runsOf({ strategy: clipping }, { score: 3, seeds }),
        runsOf({ strategy: measured }, { score: 3.5, seeds }),
      ),
    ).headline;

  it('states which strategies differ and which do not', () => {
    expect(compare(SEEDS)).toBe(
      'global-norm maxNorm=auto, compared with the tuned threshold on 1 network: worse on char-lm with rnn (−0.5). ' +
        'No clear difference from the tuned threshold on 1 network: no clipping. Each 95 % interval of the difference ' +
        'includes 0.',
    );
  });

  it('draws no conclusion from a range of few seeds', () => {
    expect(compare([1, 2, 3])).toBe('Too few seeds to compare the thresholds: a 95 % interval needs six.');
  });
});

describe('the ranking', () => {
  const { headline, statements, tables } = judgeRanking(
    rowsOf(
      ...['char-lm', 'sentiment'].flatMap((task) => [
        runsOf({ task }, { score: 3 }),
        runsOf({ task, strategy: perValue }, { score: 3.5 }),
        ...[1, 2].map((maxNorm) =>
          runsOf(
            { task, strategy: { id: 'global-norm', options: { maxNorm, ord: 2 } }, tuning: true },
            { score: maxNorm, seeds: [1, 2] },
          ),
        ),
        runsOf({ task, strategy: { id: 'global-norm', options: { maxNorm: 1, ord: 2 } } }, { score: 2 }),
      ]),
    ),
  );

  it('counts clipping variants that beat no clipping and that lose', () => {
    expect(headline).toMatch(/^Over 2 networks, global-norm .* has the highest interquartile mean of the normalized/);
    expect(headline).toContain(
      'Of 2 clipping variants, 1 beats training without clipping more often than not, 1 loses more often than not, and',
    );
    expect(statements[1]).toMatch(
      /^rnn: 1 clipping variant beats no clipping \([^)]*\) more often than not: global-norm /,
    );
  });

  it('shows the options that tuning chose, and not the others', () => {
    const chosen = tables.find(({ title }) => title === 'Chosen settings');
    expect(chosen?.rows.map(([name, cell]) => [name, cell])).toEqual([
      ['none', 'rate 1'],
      ['per-value', 'rate 1 (0 %)'],
      ['global-norm', 'maxNorm=1, rate 1 (0 %)'],
    ]);
  });
});
