import { mean } from 'simple-statistics';
import type { StrategySpec } from 'gradclip';
import type { RunDigest } from '../analysis/digest.ts';
import { groupBy } from '../analysis/group-by.ts';
import { strategyKey } from '../analysis/names.ts';
import type { Grid } from '../experiments/_experiment.ts';
import { runId, type RunConfig } from '../run/run-config.ts';
import { expandGrid, type PlanContext, type PlannedRun } from './plan.ts';

/** The runs of a grid that are known so far. */
export interface Stage {
  readonly runs: readonly PlannedRun[];
  /** Whether these are all runs. Otherwise the next stage depends on their results. */
  readonly isLast: boolean;
}

/** Returns the result of a run; undefined if it has not ended yet. */
export type DigestOf = (id: string) => RunDigest | 'failed' | undefined;

/** Successive halving trains all settings for 1/4 of the steps, then the best 1/4 of them for all steps. */
const HALVING = 4;

/**
 * Plans the next stage of a grid.
 *
 * With tuning, each strategy of a network has the same number of settings: learning rates × thresholds. Tuning runs
 * choose one of them by their validation scores, and only this one is trained with the seeds of the grid.
 * Source: Jamieson & Talwalkar (2016), "Non-stochastic best arm identification and hyperparameter optimization".
 *
 * A setting with a failed run ranks last. A strategy whose settings all failed is left out.
 */
export async function planStage(grid: Grid, context: PlanContext, digestOf: DigestOf): Promise<Stage> {
  if (grid.tuning === undefined) return { runs: await expandGrid(grid, context), isLast: true };
  // One configuration for each network and strategy; its rate and options are replaced.
  const seeds = [...new Set([0, ...grid.seeds, ...grid.tuning.seeds])];
  const families = (await expandGrid({ ...grid, seeds }, context)).flatMap(({ config }) =>
    config.seed === 0 ? config : [],
  );
  const byFamily = [...groupBy(families, familyKey).values()];
  const budget = Math.max(...byFamily.map((own) => own.length * thresholdsOf(own[0]!, grid).length));
  const stages = await Promise.all(
    byFamily.map(async (own) => planFamily(settingsOf(own, grid, budget, context), grid, digestOf)),
  );
  return {
    runs: [...new Map(stages.flatMap(({ runs }) => runs.map((run) => [run.id, run] as const))).values()],
    isLast: stages.every(({ isLast }) => isLast),
  };
}

function familyKey({ learningRate: _, strategy, ...config }: RunConfig): string {
  return JSON.stringify([config, strategyKey(strategy)]);
}

/** The options of a strategy that are tuned, one set for each threshold. */
function thresholdsOf({ strategy }: RunConfig, { tuning }: Grid): readonly StrategySpec['options'][] {
  const [option, values] = Object.entries(tuning?.thresholds?.[strategy.id] ?? {})[0] ?? [];
  if (option === undefined || values === undefined) return [{}];
  // A threshold that finds itself, such as `maxNorm: 'auto'`, is not replaced by numbers.
  if (typeof strategy.options?.[option] !== 'number' && strategy.options?.[option] !== null) return [{}];
  return values.map((value) => ({ [option]: value }));
}

/**
 * Returns the settings to choose from: `budget` pairs of a learning rate and a threshold.
 *
 * All strategies try the same rates, and each threshold every few of them. If each threshold tried the same few rates, a
 * strategy without thresholds would have a finer choice of rates, and win where only the rate matters.
 */
function settingsOf(own: readonly RunConfig[], grid: Grid, budget: number, { catalogue }: PlanContext): RunConfig[] {
  const base = own[0]!;
  const thresholds = thresholdsOf(base, grid);
  const rates = spread(
    own.map(({ learningRate }) => learningRate),
    budget,
  );
  return thresholds.flatMap((threshold, index) => {
    const { id, options } = catalogue.strategy({
      id: base.strategy.id,
      options: { ...base.strategy.options, ...threshold },
    });
    return rates
      .filter((_, rate) => rates.length < thresholds.length || rate % thresholds.length === index)
      .map((learningRate) => ({ ...base, learningRate, strategy: { id, options } }));
  });
}

/** Returns `count` rates with equal ratios between the smallest and the largest; the rates themselves if they are as many. */
function spread(rates: readonly number[], count: number): number[] {
  if (rates.length === 1 || rates.length >= count) return [...rates];
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  return Array.from({ length: count }, (_, index) =>
    Number((low * (high / low) ** (index / (count - 1))).toPrecision(3)),
  );
}

async function planFamily(settings: readonly RunConfig[], { tuning, seeds }: Grid, digestOf: DigestOf): Promise<Stage> {
  const runs: PlannedRun[] = [];
  let remaining = settings;
  for (const share of settings.length > HALVING ? [1 / HALVING, 1] : [1]) {
    // Without seeds to compare with, the tuning runs themselves are of interest.
    if (remaining.length === 1 && seeds.length > 0) break;
    const tried = await Promise.all(
      remaining.map(async (config) => {
        const steps = Math.max(1, Math.round(Math.min(tuning?.steps ?? Infinity, config.steps) * share));
        // Tuning runs need no best weights: settings are compared by their scores at the end.
        const { keepBestEvery: _, ...rest } = config;
        const own = await toRuns({ ...rest, steps, tuning: true }, tuning?.seeds ?? []);
        return { config, own, digests: own.map(({ id }) => digestOf(id)) };
      }),
    );
    runs.push(...tried.flatMap(({ own }) => own));
    if (tried.some(({ digests }) => digests.includes(undefined))) return { runs, isLast: false };
    const ranked = tried
      .filter(({ digests }) => digests.some((digest) => digest !== 'failed'))
      .toSorted((a, b) => costOf(a.digests) - costOf(b.digests));
    if (ranked.length === 0) return { runs, isLast: true };
    remaining = ranked.slice(0, share < 1 ? Math.ceil(ranked.length / HALVING) : 1).map(({ config }) => config);
  }
  return { runs: [...runs, ...(await toRuns(remaining[0]!, seeds))], isLast: true };
}

/** The mean validation score, turned so that lower is better. One diverged or failed run makes a setting worse than any without. */
function costOf(digests: readonly ReturnType<DigestOf>[]): number {
  const costs = digests.map((digest) => {
    if (digest === 'failed' || digest?.validation == null) return 1e300;
    return digest.metric.better === 'lower' ? digest.validation : -digest.validation;
  });
  return mean(costs);
}

async function toRuns(config: RunConfig, seeds: readonly number[]): Promise<PlannedRun[]> {
  return Promise.all(
    seeds.map(async (seed) => {
      const own = { ...config, seed };
      return { id: await runId(own), config: own };
    }),
  );
}
