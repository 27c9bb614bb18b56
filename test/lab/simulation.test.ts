// Simulated experiments whose truth is known, judged by the lab's own code.
import { describe, expect, it } from 'vitest';
import { digestRun, type RunDigest } from '../../lab/analysis/digest.ts';
import { summarizeDigests } from '../../lab/analysis/summary.ts';
import { randomNumbers } from '../../lab/random.ts';
import { runOf } from './fixtures.ts';

interface World {
  readonly trials: number;
  readonly seeds: number;
  readonly tasks: number;
  /** The learning rates of a grid, or the rates that tuning runs choose from. */
  readonly rates: readonly number[];
  readonly tuned?: boolean;
  /** The standard deviation of a score over seeds. */
  readonly noise: number;
  /** By how much every strategy but `none` is better. */
  readonly effect?: number;
  /** The probability that a run diverges. */
  readonly diverging?: number;
  /** By how much a score is worse at a learning rate. */
  readonly loss?: (rate: number, strategy: string) => number;
}

const PRIMARY = ['global-norm', 'per-value', 'per-variable', 'adaptive-percentile'];
const STRATEGIES = ['none', ...PRIMARY, 'z-clip', 'agc'];
const TRUE_SCORE = 3;
const template = digestRun(runOf({}, {}));

/** Returns the share of simulated experiments that claim a difference, and the share of all comparisons that do. */
function simulate({ trials, ...world }: World): { readonly experiments: number; readonly comparisons: number } {
  let [experiments, claims, comparisons] = [0, 0, 0];
  for (let trial = 0; trial < trials; trial += 1) {
    const verdicts = summarizeDigests(experiment(world, trial), PRIMARY)
      .filter(({ strategy }) => PRIMARY.includes(strategy.id))
      .flatMap(({ verdict }) => verdict ?? []);
    const found = verdicts.filter((verdict) => verdict === 'helped' || verdict === 'hurt').length;
    experiments += found > 0 ? 1 : 0;
    claims += found;
    comparisons += verdicts.length;
  }
  return { experiments: experiments / trials, comparisons: claims / comparisons };
}

function experiment(world: Omit<World, 'trials'>, trial: number): RunDigest[] {
  const { seeds, tasks, rates, tuned = false, noise, effect = 0, diverging = 0, loss = () => 0 } = world;
  const tuningSeeds = tuned ? 2 : 0;
  const perStrategy = rates.length * (tuningSeeds + seeds);
  const u = randomNumbers(4 * tasks * STRATEGIES.length * perStrategy, 'simulation', trial);
  let position = 0;
  const uniform = (): number => Math.max(u[position++]!, 1e-9);
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return Array.from({ length: tasks }, (_, task) => task).flatMap((task) =>
    STRATEGIES.flatMap((id) => {
      const runAt = (learningRate: number, seed: number, tuning: boolean): RunDigest => {
        const quality = TRUE_SCORE - (id === 'none' ? 0 : effect) + loss(learningRate, id) + noise * normal();
        const lost = uniform() < diverging;
        return {
          ...template,
          config: {
            ...template.config,
            ...{ task: `task ${task}`, strategy: { id, options: {} }, learningRate, seed },
            ...(tuning ? { tuning } : {}),
          },
          outcome: lost ? 'diverged' : 'finished',
          // The validation score and the test score differ by the choice of the examples.
          validation: lost ? null : quality + 0.1 * noise * (uniform() - 0.5),
          test: lost ? null : quality,
          testError: lost ? null : 0,
        };
      };
      const at = (rate: number, tuning: boolean): RunDigest[] =>
        Array.from({ length: tuning ? tuningSeeds : seeds }, (_, seed) => runAt(rate, seed, tuning));
      if (!tuned) return rates.flatMap((rate) => at(rate, false));
      const tries = rates.map((rate) => at(rate, true));
      const meanOf = (runs: readonly RunDigest[]): number =>
        runs.reduce((sum, { validation }) => sum + (validation ?? Infinity), 0) / runs.length;
      const best = tries.reduce((one, other) => (meanOf(other) < meanOf(one) ? other : one));
      return [...tries.flat(), ...at(best[0]!.config.learningRate, false)];
    }),
  );
}

describe('strategies that do nothing', () => {
  const world = { trials: 300, tasks: 1, noise: 0.06 };

  it.each([6, 8, 10])('are rarely found to help or hurt at one rate, with %i seeds', (seeds) => {
    expect(simulate({ ...world, seeds, rates: [1] }).experiments).toBeLessThanOrEqual(0.05);
  });

  it.each([6, 8, 10])('are rarely found to help or hurt at the best of three rates, with %i seeds', (seeds) => {
    expect(simulate({ ...world, seeds, rates: [1, 2, 3] }).experiments).toBeLessThanOrEqual(0.05);
  });

  it.each([6, 8, 10])('are rarely found to help or hurt at a rate that was tuned, with %i seeds', (seeds) => {
    expect(simulate({ ...world, seeds, rates: [1, 2, 3], tuned: true }).experiments).toBeLessThanOrEqual(0.05);
  });

  it('are rarely found to help or hurt over three tasks, or if runs diverge', () => {
    expect(simulate({ ...world, tasks: 3, seeds: 10, rates: [1] }).experiments).toBeLessThanOrEqual(0.05);
    expect(simulate({ ...world, seeds: 10, rates: [1], diverging: 0.3 }).experiments).toBeLessThanOrEqual(0.05);
  });
});

describe('an effect of three standard deviations', () => {
  const world = { trials: 100, seeds: 10, noise: 0.06, effect: 0.18 };

  it.each([1, 3])('is found in at least 80 % of the comparisons with 10 seeds and %i tasks', (tasks) => {
    expect(simulate({ ...world, tasks, rates: [1] }).comparisons).toBeGreaterThanOrEqual(0.8);
  });

  it.each([
    { rates: [1, 2, 3] },
    { rates: [0.1, 0.3, 1, 3] },
    { rates: Array.from({ length: 16 }, (_, index) => Number((0.1 * 30 ** (index / 15)).toPrecision(3))) },
  ])('is found in at least 80 % of the comparisons if $rates are tuned', ({ rates }) => {
    expect(simulate({ ...world, tasks: 1, rates, tuned: true }).comparisons).toBeGreaterThanOrEqual(0.8);
  });
});

describe('a grid that ends before the best rate without clipping', () => {
  // With clipping, the best rate is in the grid; without, it is some steps of the grid beyond it, and as good.
  const rates = [0.1, 0.3, 1, 3];
  const parabola = (steps: number, bias: number) => (rate: number, strategy: string) => {
    const best = strategy === 'none' ? 3 * 3.1 ** steps : 1;
    return (bias / steps ** 2) * (Math.log(rate / best) / Math.log(3.1)) ** 2;
  };

  it.each([
    [1, 2],
    [1, 4],
    [2, 3],
    [2, 6],
  ])('is rarely taken for an effect %i steps beyond, where it costs %i standard deviations', (steps, deviations) => {
    const loss = parabola(steps, deviations * 0.06);
    const world = { trials: 100, tasks: 1, seeds: 10, noise: 0.06, rates, loss };
    expect(simulate({ ...world, tuned: true }).experiments).toBeLessThanOrEqual(0.05);
    expect(simulate(world).experiments).toBeLessThanOrEqual(0.05);
  });
});
