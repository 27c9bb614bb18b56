import type { StrategySpec } from 'gradclip';
import type { Answer } from '../analysis/answer.ts';
import type { SummaryRow } from '../analysis/summary.ts';
import type { Settings } from '../tasks/_task.ts';

/** How each strategy's setting is chosen before the strategies are compared. */
export interface Tuning {
  /** The seeds of the runs that choose. Their weights and batches occur in no other run. */
  readonly seeds: readonly number[];
  /** The values of one option of a strategy to choose from, by strategy and option: `{ 'global-norm': { maxNorm: [0.1, 1] } }`. */
  readonly thresholds?: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
  /** The steps of the longest tuning runs. Default: those of the grid. */
  readonly steps?: number;
}

/** The axes of a comparison. Without `tuning`, every combination is one run. */
export interface Grid {
  readonly tasks: readonly string[];
  readonly cells: readonly string[];
  /** Networks that are left out, such as `temporal-order/lstm`. */
  readonly omit?: readonly string[];
  readonly optimizers: readonly string[];
  /** The same for every strategy; by cell, task or `task/cell` if these need very different rates. */
  readonly learningRates: readonly number[] | Readonly<Record<string, readonly number[]>>;
  readonly strategies: readonly StrategySpec[];
  /**
   * Chooses a learning rate and a threshold for each strategy on the validation data; only these are trained with `seeds`.
   * Every strategy has as many settings to choose from. Without thresholds, they are more learning rates.
   */
  readonly tuning?: Tuning;
  /** The ids of the strategies whose comparison with no clipping is tested; the others get an interval. Default: all. */
  readonly primary?: readonly string[];
  readonly seeds: readonly number[];
  /** By task if tasks need different numbers of steps. */
  readonly steps: number | Readonly<Record<string, number>>;
  /** The interval, in steps, at which the model is evaluated; the run ends when the task is solved. */
  readonly solvedEvery?: number;
  /** Lets the learning rate fall linearly to zero, as one trains to convergence. */
  readonly anneal?: true;
  /** The interval, in steps, at which the model is validated; it ends with the weights of its best validation score. */
  readonly keepBestEvery?: number;
  /** Task settings that differ from the defaults; every set of several is a value of the grid. */
  readonly settings?: Settings | readonly Settings[];
}

/** A question and the runs that answer it. */
export interface Experiment {
  /** The id on the command line, and the name of the file. */
  readonly id: string;
  /** The question, in one sentence. */
  readonly question: string;
  /** The budget of every strategy, in one sentence. It is the same for all. */
  readonly budget: string;
  readonly grid: Grid;
  /** Derives the answer from the rows of the summary. */
  readonly judge?: (rows: readonly SummaryRow[]) => Answer;
  /** Parts of the grid that `--smoke` replaces for a quick check. */
  readonly smoke: Partial<Grid>;
}

/** Declares an experiment. */
export function defineExperiment(experiment: Experiment): Experiment {
  return Object.freeze(experiment);
}
