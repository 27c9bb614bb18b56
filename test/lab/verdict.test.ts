import { describe, expect, it } from 'vitest';
import { summarize, type SummaryRow } from '../../lab/analysis/summary.ts';
import type { Run } from '../../lab/run/record.ts';
import type { RunConfig } from '../../lab/run/run-config.ts';
import { runOf } from './fixtures.ts';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const clipping = { id: 'global-norm', options: { maxNorm: 1 } };

/** Runs of one setting, whose scores differ a little between the seeds. */
function runsAt(score: number | null, change: Partial<RunConfig> = {}, seeds = SEEDS): Run[] {
  return seeds.map((seed) =>
    runOf({ ...change, seed }, score === null ? { outcome: 'diverged' } : { score: score + seed / 100 }),
  );
}

function verdictsOf(runs: readonly Run[], primary?: readonly string[]): Record<string, SummaryRow['verdict']> {
  const { rows } = summarize('quick', runs, primary);
  return Object.fromEntries(rows.flatMap(({ strategy, verdict }) => (verdict ? [[strategy.id, verdict]] : [])));
}

describe('a best rate at the edge of the grid', () => {
  /** Without clipping 3 at the largest rate, and other scores at smaller ones; clipping scores 2 in the middle. */
  const compare = (atSmaller: Readonly<Record<number, number | null>>, clipped = 2): unknown => {
    const bare = Object.entries(atSmaller).flatMap(([rate, score]) => runsAt(score, { learningRate: Number(rate) }));
    const own = [0.3, 1, 3].flatMap((learningRate) =>
      runsAt(learningRate === 1 ? clipped : 4, { learningRate, strategy: clipping }),
    );
    return verdictsOf([...bare, ...runsAt(3, { learningRate: 3 }), ...own])['global-norm'];
  };
  const EDGE = 'the best rate lies at the edge of the grid';

  it('prevents a verdict if the last step of the grid improved the score by half of the gain or more', () => {
    expect(compare({ 0.3: 4, 1: 3.6 })).toBe(EDGE);
    expect(compare({ 0.3: 4, 1: 3.5 })).toBe(EDGE);
  });

  it('prevents none if the score hardly changes towards the edge', () => {
    expect(compare({ 0.3: 4, 1: 3.4 })).toBe('helped');
    expect(compare({ 0.3: 3, 1: 3 })).toBe('helped');
  });

  it('looks back by a factor of two or more if the rates are closer', () => {
    expect(compare({ 1: 3.6, 2: 3.01 })).toBe(EDGE);
    expect(compare({ 2.5: 3.01 })).toBe('helped');
  });

  it('prevents a verdict if the next rate diverged', () => {
    expect(compare({ 0.3: 4, 1: null })).toBe(EDGE);
  });

  it('does not matter for the better side', () => {
    expect(compare({ 0.3: 4, 1: 2.5, 10: 4 })).toBe('helped');
  });

  it('is judged by the tuning runs if a rate was tuned, of those with the most steps', () => {
    const tuning = (score: number, learningRate: number, steps: number): Run[] =>
      runsAt(score, { learningRate, steps, tuning: true }, [1, 2]);
    const judge = (...tried: Run[][]): unknown => {
      const own = [...runsAt(2, { strategy: clipping }), ...runsAt(3, { learningRate: 3 })];
      return verdictsOf([...tried.flat(), ...own])['global-norm'];
    };
    const [early, late] = [
      [tuning(5, 0.3, 1), tuning(5, 1, 1), tuning(3, 3, 1)],
      [tuning(3.2, 1, 3), tuning(3, 3, 3)],
    ];
    expect(judge(...early)).toBe(EDGE);
    expect(judge(...early, ...late)).toBe('helped');
    expect(judge(...early, tuning(3, 3, 3))).toBe(EDGE);
  });
});

describe('primary comparisons', () => {
  const other = { id: 'agc', options: {} };
  const runs = [...runsAt(4), ...runsAt(3, { strategy: clipping }), ...runsAt(3, { strategy: other })];

  it('are the only ones that are tested, and make up the family of the correction', () => {
    const { rows, primary } = summarize('quick', runs, ['global-norm']);
    expect(primary).toEqual(['global-norm']);
    expect(rows.map(({ verdict, adjustedP }) => [verdict, adjustedP])).toEqual([
      [undefined, undefined],
      ['helped', 2 / 2 ** 8],
      ['interval only', undefined],
    ]);
    expect(rows[2]?.gain).toMatchObject({ better: 8, seeds: 8 });
  });

  it('are all comparisons if none are named', () => {
    const { rows, ...summary } = summarize('quick', runs);
    expect(summary).not.toHaveProperty('primary');
    expect(rows.map(({ adjustedP }) => adjustedP)).toEqual([undefined, 4 / 2 ** 8, 4 / 2 ** 8]);
  });

  it('leave the others without a verdict also with few seeds, or where neither side learned', () => {
    const few = runs.filter(({ start }) => start.config.seed <= 3);
    expect(verdictsOf(few, ['global-norm'])).toEqual({
      'global-norm': 'too few seeds to conclude (3 of 3 better)',
      agc: 'interval only',
    });
  });
});
