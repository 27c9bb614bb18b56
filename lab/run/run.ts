/**
 * One run: a model trained on a task with one strategy, told as a stream of records.
 *
 * Needs neither a file system nor Node, so it runs in a worker thread and in a browser's worker alike.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, type ClippingStrategy, type StepRecord } from 'gradclip';
import type { Cell } from '../cells/_cell.ts';
import { RECORD_VERSION, type Environment, type RunRecord } from './record.ts';
import { runId, type RunConfig } from './run-config.ts';
import { isSolved, type Batch, type Problem, type Task } from '../tasks/_task.ts';

/** A run is called diverged once this many losses in a row lie above the bound, or one is not finite. */
export const DIVERGED_STEPS = 10;

/** The bound: so many times what a predictor that learns nothing loses. */
export const DIVERGED_TIMES = 2;

/** The parts a configuration names, found. */
export interface RunParts {
  readonly task: Task;
  /** The task's data, ready: `task.prepare(text, config.settings)`. */
  readonly problem: Problem;
  readonly cell: Cell;
  readonly optimizer: (learningRate: number) => tf.Optimizer;
  readonly strategy: ClippingStrategy;
  readonly environment: Environment;
  /** Another model that computes the same, and faster; the given one is disposed. Without it the model is trained as it is. */
  readonly faster?: (model: tf.LayersModel) => tf.LayersModel;
  /** Looks at the model after a step, before its batch is freed; the run waits for it. */
  readonly watch?: (model: tf.LayersModel, batch: Batch, step: number) => Promise<void>;
}

/**
 * Trains, and yields a record for the beginning, each step, and the end.
 *
 * The same configuration on the same backend yields the same records but for times. Gradients that are not finite
 * are passed on, as a bare optimizer would, so a run that explodes is seen to explode.
 */
export async function* run(config: RunConfig, parts: RunParts): AsyncGenerator<RunRecord, void, undefined> {
  const { task, problem, cell, strategy, environment } = parts;
  const plain = problem.model(cell, config.seed);
  const model = parts.faster?.(plain) ?? plain;
  if (model !== plain) plain.dispose();
  const inner = parts.optimizer(config.learningRate);
  const optimizer = clipOptimizer(inner, strategy, { onNonFinite: 'propagate', window: 1, warnings: false });
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  try {
    const { baseline } = problem;
    const id = await runId(config);
    const metric = { ...task.metric, baseline };
    yield { type: 'start', version: RECORD_VERSION, id, config, environment, metric, loss: task.loss.name };

    let tooHigh = 0;
    let step = 0;
    let diverged = false;
    let msInAll = 0;
    let score: number | undefined;
    for (; step < config.steps && !diverged && score === undefined; step += 1) {
      const batch = problem.batch(step, config.seed);
      const begun = performance.now();
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
      const ms = performance.now() - begun;
      await parts.watch?.(model, batch, step);
      tf.dispose([batch.x, batch.y, ...(cost ? [cost] : []), ...(unregularized ? [unregularized] : [])]);

      const [measured] = await optimizer.records();
      if (measured === undefined) throw new Error(`Step ${step} left no record of its norms.`);
      msInAll += ms;
      yield { type: 'step', step, loss, ...normsIn(measured, strategy), ms };

      tooHigh = loss > DIVERGED_TIMES * problem.trivialLoss ? tooHigh + 1 : 0;
      diverged = !Number.isFinite(loss) || !Number.isFinite(measured.normAfter) || tooHigh >= DIVERGED_STEPS;
      if (!diverged && config.solvedEvery !== undefined && (step + 1) % config.solvedEvery === 0) {
        const reached = await problem.evaluate(model);
        if (isSolved(reached, task.metric)) score = reached;
      }
    }
    const end = { type: 'end', metric: score ?? (await problem.evaluate(model)), steps: step, ms: msInAll } as const;
    yield diverged ? { ...end, outcome: 'diverged', divergedAt: step - 1 } : { ...end, outcome: 'finished' };
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}

/** The loss with the penalties of the regularizers, which tfjs adds only in `fit`. */
function withPenalties(loss: tf.Scalar, { layers }: tf.LayersModel): tf.Scalar {
  const penalties = layers.flatMap((layer) => {
    // A recurrent layer keeps its weights in a cell, and tfjs never asks that for its penalties, not in `fit` either.
    const { cell } = layer as { readonly cell?: tf.layers.Layer };
    return [...layer.calculateLosses(), ...(cell?.calculateLosses() ?? [])];
  });
  return penalties.reduce((sum, penalty) => tf.add(sum, penalty), loss);
}

function normsIn({ normBefore, normAfter, clipped, skipped }: StepRecord, strategy: ClippingStrategy) {
  const threshold = thresholdOf(strategy, clipped ? normAfter : undefined);
  return { normBefore, normAfter, clipped, skipped, ...(threshold === undefined ? {} : { threshold }) };
}

/** The limit on ‖g‖₂ at a step: an option of `global-norm`, and where `adaptive-percentile` cut, the length it cut to. */
function thresholdOf({ id, options }: ClippingStrategy, cutTo: number | undefined): number | undefined {
  if (id === 'global-norm' && options['ord'] === 2) return options['maxNorm'] as number;
  if (id === 'adaptive-percentile' && options['scope'] === 'global') return cutTo;
  return undefined;
}
