/**
 * Trains one model on a task with one strategy, and yields the records.
 *
 * Uses neither a file system nor Node, so it also runs in a worker thread and in a browser.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, type ClippingStrategy, type StepRecord } from 'gradclip';
import type { Cell } from '../cells/_cell.ts';
import { deriveSeed } from '../random.ts';
import { RECORD_VERSION, type Environment, type RunRecord } from './record.ts';
import { runId, type RunConfig } from './run-config.ts';
import { isSolved, type Batch, type Metric, type Prediction, type Problem, type Task } from '../tasks/_task.ts';

/** A run has diverged when this many losses in a row exceed the bound, or when one is not finite. */
export const DIVERGED_STEPS = 10;

/** The bound on the loss, as a multiple of the loss of a predictor that learns nothing. */
export const DIVERGED_TIMES = 2;

/** A line of the predictions of a run. */
export type PredictionLine = Prediction | { readonly sample: string };

/** The objects that a configuration names. */
export interface RunParts {
  readonly task: Task;
  /** The prepared data of the task: `task.prepare(text, config.settings)`. */
  readonly problem: Problem;
  readonly cell: Cell;
  readonly optimizer: (learningRate: number) => tf.Optimizer;
  readonly strategy: ClippingStrategy;
  readonly environment: Environment;
  /** Replaces the model with a faster one that computes the same; the original is disposed. */
  readonly faster?: (model: tf.LayersModel) => tf.LayersModel;
  /** Receives what a finished run predicts on the test data: one line for each example, or the sample of a task with text. */
  readonly onPredictions?: (lines: readonly PredictionLine[]) => void;
  /** Called after each step, before the batch is disposed; the run waits for it. */
  readonly watch?: (model: tf.LayersModel, batch: Batch, step: number) => Promise<void>;
}

/**
 * Trains the model and yields a record for the start, each step and the end.
 *
 * The same configuration on the same backend yields the same records, except for times. Gradients that are not finite
 * are applied, as an unwrapped optimizer would apply them, so the records show how a run explodes.
 */
export async function* run(config: RunConfig, parts: RunParts): AsyncGenerator<RunRecord, void, undefined> {
  const { task, problem, cell, strategy, environment } = parts;
  const seed = config.tuning ? deriveSeed('tuning', config.seed) : config.seed;
  const original = problem.model(cell, seed);
  const model = parts.faster?.(original) ?? original;
  if (model !== original) original.dispose();
  const inner = parts.optimizer(config.learningRate);
  const optimizer = clipOptimizer(inner, strategy, { onNonFinite: 'propagate', window: 1, warnings: false });
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const best = config.keepBestEvery === undefined ? undefined : new BestWeights(variables, task.metric);
  try {
    const { baseline, dataReport, metricName = task.metric.name } = problem;
    const id = await runId(config);
    const metric = { ...task.metric, name: metricName, baseline };
    const start = {
      type: 'start',
      version: RECORD_VERSION,
      id,
      config,
      environment,
      metric,
      loss: task.loss.name,
    } as const;
    yield { ...start, ...(dataReport && { dataReport }) };

    let highLosses = 0;
    let step = 0;
    let diverged = false;
    let totalMs = 0;
    let solved = false;
    for (; step < config.steps && !diverged && !solved; step += 1) {
      if (config.anneal) optimizer.learningRate = config.learningRate * (1 - step / config.steps);
      const batch = problem.batch(step, seed);
      const startedAt = performance.now();
      let unregularized: tf.Scalar | undefined;
      const cost = optimizer.minimize(
        () => {
          const loss = problem.loss(model, batch);
          unregularized = tf.keep(loss.clone());
          return withPenalties(loss, model);
        },
        true,
        variables,
      );
      const loss = ((await unregularized?.data())?.[0] ?? NaN) * task.loss.perTrained;
      const ms = performance.now() - startedAt;
      await parts.watch?.(model, batch, step);
      tf.dispose([batch.x, batch.y, ...(cost ? [cost] : []), ...(unregularized ? [unregularized] : [])]);

      const [measured] = await optimizer.records();
      if (measured === undefined) throw new Error(`Step ${step} has no record.`);
      totalMs += ms;
      yield { type: 'step', step, loss, ...stepNorms(measured, strategy), ms };

      highLosses = loss > DIVERGED_TIMES * problem.trivialLoss ? highLosses + 1 : 0;
      diverged = !Number.isFinite(loss) || !Number.isFinite(measured.normAfter) || highLosses >= DIVERGED_STEPS;
      if (!diverged && config.solvedEvery !== undefined && (step + 1) % config.solvedEvery === 0) {
        solved = isSolved((await problem.evaluate(model, 'validation')).value, task.metric);
      }
      if (best && !diverged && (step + 1) % config.keepBestEvery! === 0) {
        best.offer((await problem.evaluate(model, 'validation')).value, step + 1);
      }
    }
    if (!diverged) best?.restore();
    // The best weights were validated when they were kept.
    const validation =
      diverged || best?.step === undefined ? (await problem.evaluate(model, 'validation')).value : best.score;
    // Nothing may be chosen by the test data, so a tuning run does not see them.
    const unseen = { value: NaN, standardError: NaN };
    const { value: test, standardError: testError } = config.tuning ? unseen : await problem.evaluate(model, 'test');
    // The last update can be the one that explodes, and no loss follows it.
    diverged ||= !Number.isFinite(validation) || (!config.tuning && !Number.isFinite(test));
    const end = { type: 'end', validation, test, testError, steps: step, ms: totalMs } as const;
    const training =
      best && !diverged && !config.tuning ? (await problem.evaluate(model, 'training')).value : undefined;
    const sample = diverged || config.tuning ? undefined : await problem.sample?.(model, seed);
    if (parts.onPredictions && !diverged && !config.tuning) {
      const samples = sample === undefined ? [] : [{ sample }];
      parts.onPredictions((await problem.predict?.(model)) ?? samples);
    }
    if (diverged) yield { ...end, outcome: 'diverged', divergedAt: step - 1 };
    else {
      yield {
        ...end,
        ...(training === undefined ? {} : { training }),
        ...(best?.step === undefined ? {} : { bestStep: best.step }),
        ...(sample === undefined ? {} : { sample }),
        outcome: 'finished',
      };
    }
  } finally {
    best?.dispose();
    optimizer.dispose();
    model.dispose();
  }
}

/** The weights of a model at its best validation score so far. */
class BestWeights {
  /** The number of steps that had been taken. */
  step: number | undefined;
  score = NaN;
  #values: tf.Tensor[] = [];
  readonly #variables: readonly tf.Variable[];
  readonly #better: Metric['better'];

  constructor(variables: readonly tf.Variable[], { better }: Metric) {
    this.#variables = variables;
    this.#better = better;
  }

  offer(score: number, step: number): void {
    const isWorse = this.#better === 'lower' ? score >= this.score : score <= this.score;
    if (Number.isNaN(score) || isWorse) return;
    this.dispose();
    [this.score, this.step] = [score, step];
    this.#values = this.#variables.map((variable) => tf.keep(variable.clone()));
  }

  restore(): void {
    this.#values.forEach((value, index) => this.#variables[index]!.assign(value));
  }

  dispose(): void {
    tf.dispose(this.#values);
    this.#values = [];
  }
}

/** Adds the penalties of the regularizers to the loss, because tfjs adds them only in `fit`. */
function withPenalties(loss: tf.Scalar, { layers }: tf.LayersModel): tf.Scalar {
  const penalties = layers.flatMap((layer) => {
    // The weights of a recurrent layer belong to its cell, and tfjs ignores the penalties of cells, even in `fit`.
    // Layers of gradclip count them as their own.
    const { cell } = layer as { readonly cell?: tf.layers.Layer };
    const ignored = cell === undefined || cell.losses === layer.losses ? [] : cell.calculateLosses();
    return [...layer.calculateLosses(), ...ignored];
  });
  return penalties.reduce((sum, penalty) => tf.add(sum, penalty), loss);
}

function stepNorms({ normBefore, normAfter, clipped, skipped }: StepRecord, strategy: ClippingStrategy) {
  const threshold = thresholdOf(strategy, clipped ? normAfter : undefined);
  return { normBefore, normAfter, clipped, skipped, ...(threshold === undefined ? {} : { threshold }) };
}

/** Returns the limit on ‖g‖₂ at a step: `maxNorm` if it is a number, or else the norm to which the step was clipped. */
function thresholdOf({ id, options }: ClippingStrategy, clippedNorm: number | undefined): number | undefined {
  const { maxNorm } = options;
  if (id === 'global-norm' && options['ord'] === 2) return typeof maxNorm === 'number' ? maxNorm : clippedNorm;
  if (id === 'adaptive-percentile' && options['scope'] === 'global') return clippedNorm;
  return undefined;
}
