import type { StrategySpec } from 'gradclip';
import { mean, median, quantile } from 'simple-statistics';
import type { Environment, Run } from '../record.ts';
import { grouped } from './grouped.ts';
import { keyOf } from './label.ts';

/** One line of a comparison: a setting, over its seeds. */
export interface SummaryRow {
  readonly task: string;
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
  };
  /** How many of the seeds diverged. */
  readonly diverged: number;
  /** The fraction of steps at which the strategy changed the gradient. */
  readonly clipRate: number;
  /** The median time of a step. */
  readonly msPerStep: number;
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
  return { version: 1, experiment, environment: first.start.environment, rows: groupedBySetting(runs).map(rowOf) };
}

/** Runs that differ in nothing but the seed, together. */
export function groupedBySetting(runs: readonly Run[]): Run[][] {
  const groups = grouped(runs, ({ start: { config } }) => {
    const { seed: _, strategy, ...setting } = config;
    return JSON.stringify([setting, keyOf(strategy)]);
  });
  return [...groups.values()];
}

/** Stands for a diverged run; an infinity would turn quantiles beside it into NaN. */
const WORST = 1e300;

function rowOf(runs: readonly Run[]): SummaryRow {
  const { config, metric } = (runs[0] as Run).start;
  const worst = metric.better === 'lower' ? WORST : -WORST;
  const scores = runs.map(({ end }) =>
    end.outcome === 'finished' && Number.isFinite(end.metric) ? end.metric : worst,
  );
  const at = (p: number): number | null => finite(quantile(scores, p));
  const steps = runs.flatMap((run) => run.steps);
  return {
    task: config.task,
    cell: config.cell,
    strategy: config.strategy,
    optimizer: config.optimizer,
    learningRate: config.learningRate,
    seeds: runs.map(({ start }) => start.config.seed),
    metric: { name: metric.name, better: metric.better, median: finite(median(scores)), q1: at(0.25), q3: at(0.75) },
    diverged: runs.filter(({ end }) => end.outcome === 'diverged').length,
    clipRate: mean(steps.map(({ clipped }) => (clipped ? 1 : 0))),
    msPerStep: median(steps.map(({ ms }) => ms)),
  };
}

function finite(value: number): number | null {
  // An interpolation towards a diverged run is as meaningless as the run itself.
  return Math.abs(value) < WORST / 1e6 ? value : null;
}
