import type { StrategySpec } from 'gradclip';
import { median, sum } from 'simple-statistics';
import type { Environment, Run } from '../run/record.ts';
import type { DataReport } from '../tasks/_data-report.ts';
import type { Settings } from '../tasks/_task.ts';
import { groupContests } from './contests.ts';
import { digestRun, type RunDigest } from './digest.ts';
import { groupBy } from './group-by.ts';
import { strategyKey } from './names.ts';
import { aggregateOverNetworks, type Aggregates } from './overall.ts';
import { medianInterval, type ScoresBySeed } from './statistics.ts';
import { compareWithNone, type Verdict } from './verdict.ts';

/** One setting of a comparison, over its seeds. */
export interface SummaryRow {
  readonly task: string;
  /** The id of the data. */
  readonly data: string;
  /** The task's numbers: sizes and lengths. */
  readonly settings: Settings;
  readonly cell: string;
  readonly strategy: Required<StrategySpec>;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly backend: string;
  /** The largest number of steps that a run may take. */
  readonly plannedSteps: number;
  /** Whether these runs only chose a setting. Their test scores support no conclusion. */
  readonly tuning: boolean;
  readonly seeds: readonly number[];
  readonly metric: {
    readonly name: string;
    readonly better: 'lower' | 'higher';
    /** The median test score, with a diverged run worse than any other; null if it falls on a diverged run. */
    readonly median: number | null;
    /** The ends of the 95 % interval of the median; null if an end falls on a diverged run. */
    readonly low: number | null;
    readonly high: number | null;
    /** Whether `low` and `high` are only the range of the scores, because fewer than six seeds give no 95 % interval. */
    readonly isRange: boolean;
    /** The test scores by seed, in the order of `seeds`; null for a diverged run. */
    readonly scores: readonly (number | null)[];
    /** The median standard error of a test score, from the choice of the test examples. */
    readonly testError: number | null;
    /** The median validation score, which chooses the setting. */
    readonly validation: number | null;
    /** The validation scores by seed. */
    readonly validationScores: readonly (number | null)[];
    /** The scores by seed on a part of the training data, if they were measured. */
    readonly trainingScores?: readonly (number | null)[];
    /** The test score of a predictor that has learned nothing. */
    readonly baseline: number;
  };
  /** The number of seeds that diverged. */
  readonly diverged: number;
  /** The fraction of steps at which the strategy changed the gradient. */
  readonly clipRate: number;
  /** The median number of steps that were taken. A run that diverges, or that solves the task, takes fewer than planned. */
  readonly steps: number;
  /** ‖g‖₂ before clipping: the medians over seeds of its median, 90th percentile and maximum; null if none was finite. */
  readonly normBefore: RunDigest['norms'];
  /** The comparison with no clipping; undefined for a setting that is not the best of its strategy on validation. */
  readonly verdict?: Verdict;
  /** The p-value of that comparison after Holm's correction. */
  readonly adjustedP?: number;
  readonly gain?: Gain;
}

/** How much better the score is than without clipping, in the metric's unit; paired by seed. */
export interface Gain {
  /** The median over the seeds; null if it falls on a diverged run. */
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly isRange: boolean;
  /** The number of seeds with a better and a worse score, of all that both sides have. */
  readonly better: number;
  readonly worse: number;
  readonly seeds: number;
}

/** The content of `summary.json`. */
export interface Summary {
  readonly version: 2;
  readonly experiment: string;
  /** The environment of the first run. */
  readonly environment: Environment;
  /** All distinct environments of the runs. */
  readonly environments: readonly Environment[];
  /** The data of each task, and what was read of it with each of the settings. */
  readonly data: readonly { readonly task: string; readonly id: string; readonly report?: DataReport }[];
  /** The ids of the strategies whose comparison with no clipping is tested, if these are not all. */
  readonly primary?: readonly string[];
  readonly rows: readonly SummaryRow[];
  /** Scores over all networks; absent with fewer than two networks or strategies to aggregate. */
  readonly aggregates?: Aggregates;
}

/**
 * Summarizes runs: one row for each setting, in the order of the runs.
 *
 * @param primary the ids of the strategies whose comparison with no clipping is tested. Default: all
 */
export function summarize(experiment: string, runs: readonly Run[], primary?: readonly string[]): Summary {
  const [first] = runs;
  if (first === undefined) throw new Error('There is no run to summarize.');
  const distinct = <Value>(values: readonly Value[]): Value[] => [
    ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
  ];
  const rows = summarizeDigests(runs.map(digestRun), primary);
  const aggregates = aggregateOverNetworks(groupContests(rows));
  return {
    version: 2,
    experiment,
    environment: first.start.environment,
    environments: distinct(runs.map(({ start }) => start.environment)),
    data: distinct(
      runs.map(({ start: { config, dataReport } }) => ({
        ...{ task: config.task, id: config.data },
        ...(dataReport && { report: dataReport }),
      })),
    ),
    ...(primary && { primary }),
    rows,
    ...(aggregates && { aggregates }),
  };
}

/** Summarizes digests: one row for the runs that differ only in the seed. */
export function summarizeDigests(digests: readonly RunDigest[], primary?: readonly string[]): SummaryRow[] {
  const groups = groupBy(digests, ({ config: { seed: _, strategy, ...setting } }) =>
    JSON.stringify([setting, strategyKey(strategy)]),
  );
  const rows = [...groups.values()].map(summarizeSetting);
  const comparisons = new Map(
    compareWithNone(groupContests(rows), primary).map((comparison) => [comparison.row, comparison]),
  );
  return rows.map((row) => {
    const comparison = comparisons.get(row);
    if (comparison === undefined) return row;
    const { pairs, verdict, adjustedP } = comparison;
    const { better, worse, equal, gain, interval } = pairs;
    return {
      ...row,
      verdict,
      ...(adjustedP === undefined ? {} : { adjustedP }),
      gain: {
        value: finiteOrNull(gain),
        low: finiteOrNull(interval.low),
        high: finiteOrNull(interval.high),
        isRange: interval.isRange,
        better,
        worse,
        seeds: better + worse + equal,
      },
    };
  });
}

function summarizeSetting(runs: readonly RunDigest[]): SummaryRow {
  const { config, metric } = runs[0] as RunDigest;
  const worst = metric.better === 'lower' ? Infinity : -Infinity;
  const medianOf = (scores: readonly (number | null)[]): number | null =>
    finiteOrNull(median(scores.map((score) => score ?? worst)));
  const scores = runs.map(({ test }) => test);
  const { low, high, isRange } = medianInterval(scores.map((score) => score ?? worst));
  const testErrors = runs.flatMap(({ testError }) => testError ?? []);
  return {
    task: config.task,
    data: config.data,
    settings: config.settings,
    cell: config.cell,
    strategy: config.strategy,
    optimizer: config.optimizer,
    learningRate: config.learningRate,
    backend: config.backend,
    plannedSteps: config.steps,
    tuning: config.tuning ?? false,
    seeds: runs.map(({ config: { seed } }) => seed),
    metric: {
      name: metric.name,
      better: metric.better,
      median: medianOf(scores),
      low: finiteOrNull(low),
      high: finiteOrNull(high),
      isRange,
      scores,
      testError: testErrors.length === 0 ? null : median(testErrors),
      validation: medianOf(runs.map(({ validation }) => validation)),
      validationScores: runs.map(({ validation }) => validation),
      ...(runs.some(({ training }) => training !== undefined) && {
        trainingScores: runs.map(({ training = null }) => training),
      }),
      baseline: metric.baseline,
    },
    diverged: runs.filter(({ outcome }) => outcome === 'diverged').length,
    clipRate: sum(runs.map(({ clipped }) => clipped)) / Math.max(1, sum(runs.map(({ steps }) => steps))),
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
  return Number.isFinite(value) ? value : null;
}

/** A row's test scores by seed. */
export function scoresBySeed({ seeds, metric }: SummaryRow): ScoresBySeed {
  return new Map(seeds.map((seed, index) => [seed, metric.scores[index] ?? null]));
}
