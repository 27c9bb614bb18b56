import type { StrategySpec } from 'gradclip';
import type { Judgement } from '../analysis/answer.ts';
import type { SummaryRow } from '../analysis/summary.ts';
import type { Settings } from '../tasks/_task.ts';

/** The axes of a comparison: every combination is one run. */
export interface Grid {
  readonly tasks: readonly string[];
  readonly cells: readonly string[];
  readonly optimizers: readonly string[];
  /** The same for every strategy; by cell, task or `task/cell` where these train best at rates far apart. */
  readonly learningRates: readonly number[] | Readonly<Record<string, readonly number[]>>;
  readonly strategies: readonly StrategySpec[];
  readonly seeds: readonly number[];
  /** By task where tasks need more or less. */
  readonly steps: number | Readonly<Record<string, number>>;
  /** Score after every so many steps and end once the task is solved. */
  readonly solvedEvery?: number;
  /** The tasks' numbers that differ from their defaults; where there are several sets, each is tried. */
  readonly settings?: Settings | readonly Settings[];
}

/** A question and the runs that answer it. */
export interface Experiment {
  /** The name on the command line, and of the file. */
  readonly id: string;
  /** What it asks, in one sentence. */
  readonly question: string;
  /** What every strategy is given, in one sentence; the same for all. */
  readonly budget: string;
  readonly grid: Grid;
  /** Turns the rows into what answers the question. */
  readonly judge?: (rows: readonly SummaryRow[]) => Judgement;
  /** Parts of the grid replaced for a quick check that everything runs. */
  readonly smoke: Partial<Grid>;
}

/** Declares an experiment. */
export function defineExperiment(experiment: Experiment): Experiment {
  return Object.freeze(experiment);
}
