import type { StrategySpec } from 'gradclip';
import { median, quantile, sum } from 'simple-statistics';
import type { Environment, Run } from '../run/record.ts';
import type { Settings } from '../tasks/_task.ts';
import { digestRun, type RunDigest } from './digest.ts';
import { groupBy } from './group-by.ts';
import { strategyKey } from './names.ts';
import { bootstrapInterval, type ScoresBySeed } from './statistics.ts';

/** One line of a comparison: a setting, over its seeds. */
export interface SummaryRow {
  readonly task: string;
  /** The task's numbers: sizes and lengths. */
  readonly settings: Settings;
  readonly cell: string;
  readonly strategy: Required<StrategySpec>;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly seeds: readonly number[];
  readonly metric: {
    readonly name: string;
    readonly better: 'lower' | 'higher';
    /** Over all seeds, a diverged run counting as worse than any other; null where it falls on a diverged run. */
    readonly median: number | null;
    readonly q1: number | null;
    readonly q3: number | null;
    /** The 95 % bootstrap interval of the median; an end is null where it falls on a diverged run. */
    readonly interval: readonly [number | null, number | null];
    /** By seed, in the order of `seeds`; null for a diverged run. */
    readonly scores: readonly (number | null)[];
    /** What a predictor that learns nothing scores. */
    readonly baseline: number;
  };
  /** How many of the seeds diverged. */
  readonly diverged: number;
  /** The fraction of steps at which the strategy changed the gradient. */
  readonly clipRate: number;
  /** The median time of a step. */
  readonly msPerStep: number;
  /** The median number of steps taken; fewer than planned where runs diverged, or ended once the task was solved. */
  readonly steps: number;
  /** ‖g‖₂ before the strategy: the medians over seeds of its median, 90th percentile and maximum; null where none was finite. */
  readonly normBefore: RunDigest['norms'];
}

/** The content of `summary.json`. */
export interface Summary {
  readonly version: 1;
  readonly experiment: string;
  readonly environment: Environment;
  readonly rows: readonly SummaryRow[];
}

/** Boils runs down to one row for each setting, in the order the runs come in. */
export function summarize(experiment: string, runs: readonly Run[]): Summary {
  const [first] = runs;
  if (first === undefined) throw new Error('There is no run to summarize.');
  return { version: 1, experiment, environment: first.start.environment, rows: summarizeDigests(runs.map(digestRun)) };
}

/** One row for each setting: runs that differ in nothing but the seed, together. */
export function summarizeDigests(digests: readonly RunDigest[]): SummaryRow[] {
  const groups = groupBy(digests, ({ config: { seed: _, strategy, ...setting } }) =>
    JSON.stringify([setting, strategyKey(strategy)]),
  );
  return [...groups.values()].map(summarizeSetting);
}

/** Stands for a diverged run; an infinity would turn quantiles beside it into NaN. */
const DIVERGED_SCORE = 1e300;

function summarizeSetting(runs: readonly RunDigest[]): SummaryRow {
  const { config, metric } = runs[0] as RunDigest;
  const worst = metric.better === 'lower' ? DIVERGED_SCORE : -DIVERGED_SCORE;
  const values = runs.map(({ test }) => test ?? worst);
  const at = (p: number): number | null => finiteOrNull(quantile(values, p));
  const [low, high] = bootstrapInterval(values);
  return {
    task: config.task,
    settings: config.settings,
    cell: config.cell,
    strategy: config.strategy,
    optimizer: config.optimizer,
    learningRate: config.learningRate,
    seeds: runs.map(({ config: { seed } }) => seed),
    metric: {
      name: metric.name,
      better: metric.better,
      median: finiteOrNull(median(values)),
      q1: at(0.25),
      q3: at(0.75),
      interval: [finiteOrNull(low), finiteOrNull(high)],
      scores: runs.map(({ test }) => test),
      baseline: metric.baseline,
    },
    diverged: runs.filter(({ outcome }) => outcome === 'diverged').length,
    clipRate: sum(runs.map(({ clipped }) => clipped)) / Math.max(1, sum(runs.map(({ steps }) => steps))),
    msPerStep: median(runs.map(({ msPerStep }) => msPerStep)),
    steps: median(runs.map(({ steps }) => steps)),
    normBefore: medianNorms(runs),
  };
}

function medianNorms(runs: readonly RunDigest[]): RunDigest['norms'] {
  const known = runs.flatMap(({ norms }) => norms ?? []);
  if (known.length === 0) return null;
  const over = (name: 'median' | 'p90' | 'max'): number => median(known.map((norms) => norms[name]));
  return { median: over('median'), p90: over('p90'), max: over('max') };
}

function finiteOrNull(value: number): number | null {
  // An interpolation towards a diverged run is as meaningless as the run itself.
  return Math.abs(value) < DIVERGED_SCORE / 1e6 ? value : null;
}

/** A row's scores by seed. */
export function scoresBySeed({ seeds, metric }: SummaryRow): ScoresBySeed {
  return new Map(seeds.map((seed, place) => [seed, metric.scores[place] ?? null]));
}
