import type { Scalar, Tensor, LayersModel } from '@tensorflow/tfjs';
import type { StrategySpec } from 'gradclip';
import type { Cell } from '../cells/_cell.ts';
import type { DataReport } from './_data-report.ts';
import type { ParsedSettings } from './_settings.ts';

/** The settings of a task: numbers, such as a sequence length, and names, such as that of a column. */
export type Settings = Readonly<Record<string, number | string>>;

/** The source of a task's own data. */
export interface Dataset {
  /** The id in configurations and reports. */
  readonly id: string;
  /** A description of the data. */
  readonly title: string;
  /** The licence of the data. */
  readonly licence: string;
  /** A page about the data. */
  readonly url: string;
  /** Reads the text of the data; required for tasks that are not built in. */
  readonly read?: () => string | Promise<string>;
}

/** The score of a trained model. */
export interface Metric {
  /** The name with its unit, as reports show it. */
  readonly name: string;
  /** Whether lower or higher values are better. */
  readonly better: 'lower' | 'higher';
  /** The score beyond which the task counts as solved, if the literature defines one. */
  readonly solved?: number;
}

/** Whether a score is beyond the value at which the task counts as solved. */
export function isSolved(score: number, { better, solved }: Pick<Metric, 'better' | 'solved'>): boolean {
  if (solved === undefined) return false;
  return better === 'lower' ? score < solved : score > solved;
}

/** A configuration that learns a task, and the score it reaches. */
export interface KnownGood {
  readonly cell: string;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly strategy: StrategySpec;
  readonly steps: number;
  readonly seed: number;
  /** The settings of the task that differ from their defaults. */
  readonly settings?: Settings;
  /** The final metric is at least this good. */
  readonly target: number;
}

/**
 * A part of the data to score on. `validation` and `test` are never trained on: `validation` chooses settings, and results
 * are scores on `test`. `training` is a part of the training data, to measure how much better a model knows what it has seen.
 */
export type Part = 'training' | 'validation' | 'test';

/** A model's score on one part of the data. */
export interface Score {
  readonly value: number;
  /** The standard error of `value` that comes from the choice of the examples. */
  readonly standardError: number;
}

/** A task with its data read and split. No tensor exists yet. */
export interface Problem {
  /** The test score of a predictor that has learned nothing. */
  readonly baseline: number;
  /** The recorded loss of a predictor that has learned nothing. A run that stays far above it has diverged. */
  readonly trivialLoss: number;
  /** The number and treatment of the examples that were read. */
  readonly dataReport?: DataReport;
  /** Replaces the name of the task's metric, if it depends on the data. */
  readonly metricName?: string;
  /** Creates a model around a cell. The seed determines the initial weights. */
  model(cell: Cell, seed: number): LayersModel;
  /** Creates the batch of a step. The same step and seed give the same batch. */
  batch(step: number, seed: number): Batch;
  /** Computes the training loss, shape [], from which the gradients are computed. */
  loss(model: LayersModel, batch: Batch): Scalar;
  /** Computes the metric on a part of the data. */
  evaluate(model: LayersModel, part: Part): Promise<Score>;
  /** Predicts each scored example of the test part, in order, for tasks whose examples have one answer. */
  predict?(model: LayersModel): Promise<readonly Prediction[]>;
  /** Generates text with a trained model, for tasks whose output is text. */
  sample?(model: LayersModel, seed: number): Promise<string>;
}

/** The answer to an example of the test part: a number in the unit of the data, a class, or a sequence. */
export type Answer = number | string | readonly number[];

/** What a model predicts for an example of the test part. */
export interface Prediction {
  readonly truth: Answer;
  readonly prediction: Answer;
}

/** Input and target of one step. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** A problem to train on: its data, model, loss and metric. */
export interface Task {
  /** The id on the command line. */
  readonly id: string;
  /** The name in reports. */
  readonly title: string;
  /** What the model learns, in a sentence. */
  readonly about: string;
  /** The data that is used unless the user provides a file. */
  readonly dataset: Dataset;
  /** Describes the user's file, to complete "Expected …". A task without it generates its data. */
  readonly dataFile?: string;
  /** The kind of the user's file: a text (the default), a table with a selectable column, or a folder of WAV files. */
  readonly dataKind?: 'text' | 'series' | 'recordings';
  /** The default settings. */
  readonly settings: Settings;
  /** The score of a trained model. */
  readonly metric: Metric;
  /** The recorded loss: its name with the unit, and its ratio to the training loss. */
  readonly loss: { readonly name: string; readonly perTrained: number };
  /** A configuration that learns the task, which a slow test checks. */
  readonly knownGood?: KnownGood;
  /** Parses the data, which is empty for a task that generates it; throws a LabError for invalid data. */
  prepare(data: string, settings: Settings): Problem;
  /**
   * Prepares a text as code points in shared memory, for tasks whose texts are too large to copy to every thread.
   * The line breaks are line feeds.
   */
  readonly prepareCodePoints?: (text: Int32Array, settings: Settings) => Problem;
}

/** A task whose settings have the types of their defaults. */
export interface TaskDefinition<Defaults extends Settings> extends Omit<Task, 'settings' | 'prepare'> {
  readonly settings: Defaults;
  prepare(data: string, settings: ParsedSettings<Defaults>): Problem;
}

/** Declares a task. */
export function defineTask<Defaults extends Settings>(task: TaskDefinition<Defaults>): Task {
  // The lab merges all settings into the defaults, so they have the same types.
  return Object.freeze(task) as Task;
}
