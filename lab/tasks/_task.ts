import type { Scalar, Tensor, LayersModel } from '@tensorflow/tfjs';
import type { StrategySpec } from 'gradclip';
import type { Cell } from '../cells/_cell.ts';

/** Numbers a task can be set to, such as a sequence length. */
export type Settings = Readonly<Record<string, number>>;

/** Where a task's own data comes from. */
export interface Dataset {
  /** A name for configurations and reports. */
  readonly id: string;
  /** What it is. */
  readonly title: string;
  /** Under which terms it may be used. */
  readonly licence: string;
  /** Where to read about it. */
  readonly url: string;
  /** Gives its text, for a task that does not belong to the lab. */
  readonly read?: () => string | Promise<string>;
}

/** How a trained model is scored. */
export interface Metric {
  /** Its name with its unit, as reports show it. */
  readonly name: string;
  /** Which end is good. */
  readonly better: 'lower' | 'higher';
  /** The score from which the task counts as solved, where the field has one. */
  readonly solved?: number;
}

/** Whether a score is beyond the one from which the task counts as solved. */
export function isSolved(score: number, { better, solved }: Pick<Metric, 'better' | 'solved'>): boolean {
  if (solved === undefined) return false;
  return better === 'lower' ? score < solved : score > solved;
}

/** A setting that is known to learn a task, and the score it is known to reach. */
export interface KnownGood {
  readonly cell: string;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly strategy: StrategySpec;
  readonly steps: number;
  readonly seed: number;
  /** The task's numbers that differ from their defaults. */
  readonly settings?: Settings;
  /** The metric is at least as good as this at the end. */
  readonly target: number;
}

/** One task, ready to train on: data read and split, nothing on a device yet. */
export interface Problem {
  /** What a predictor that learns nothing scores on the validation part. */
  readonly baseline: number;
  /** The recorded loss of a predictor that has learned nothing yet; a run that stays far above it has diverged. */
  readonly trivialLoss: number;
  /** Makes the model around a cell; the seed decides the initial weights. */
  model(cell: Cell, seed: number): LayersModel;
  /** The batch of one step; the same step and seed give the same batch. */
  batch(step: number, seed: number): Batch;
  /** The training loss, shape [], which is what the gradients are of. */
  loss(model: LayersModel, batch: Batch): Scalar;
  /** The metric on data that was never trained on. */
  evaluate(model: LayersModel): Promise<number>;
  /** What a trained model says, for tasks whose output is text. */
  sample?(model: LayersModel, seed: number): Promise<string>;
}

/** Input and target of one step. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** One problem to train on: an application, its data, its model and its score. */
export interface Task {
  /** The name on the command line. */
  readonly id: string;
  /** The name for people. */
  readonly title: string;
  /** What is learned, in a sentence. */
  readonly about: string;
  /** The data it uses unless given the user's own. */
  readonly dataset: Dataset;
  /** What the user's own data must be, completing "It must be …"; a task without it makes all its data itself. */
  readonly dataFile?: string;
  /** How the user's own data is read: as text (the default), a table one of whose columns may be chosen, or a folder of WAV files. */
  readonly dataKind?: 'text' | 'series' | 'recordings';
  /** The defaults of its numbers. */
  readonly settings: Settings;
  /** How a trained model is scored. */
  readonly metric: Metric;
  /** What the recorded training loss is, with its unit, and the factor from the loss that is trained. */
  readonly loss: { readonly name: string; readonly perTrained: number };
  /** A setting that learns the task; a slow test proves it. */
  readonly knownGood?: KnownGood;
  /** Reads the data, which is empty for a task that makes its own; throws a LabError that names what is wrong with it. */
  prepare(data: string, settings: Settings): Problem;
}

/** Declares a task. */
export function defineTask(task: Task): Task {
  return Object.freeze(task);
}
