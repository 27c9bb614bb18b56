/**
 * One run: a model trained on a task with one strategy, told as a stream of records.
 *
 * Needs neither a file system nor Node, so it runs in a worker thread and in a browser's worker alike.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, type ClippingStrategy, type StepRecord } from 'gradclip';
import type { Cell } from './cell.ts';
import { RECORD_VERSION, type Environment, type RunRecord } from './record.ts';
import { runId, type RunConfig } from './run-config.ts';
import type { Batch, Problem, Task } from './task.ts';

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
  const model = problem.model(cell, config.seed);
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
    for (; step < config.steps && !diverged; step += 1) {
      const batch = problem.batch(step, config.seed);
      const begun = performance.now();
      const cost = optimizer.minimize(() => problem.loss(model, batch), true, variables);
      const loss = ((await cost?.data())?.[0] ?? NaN) * task.loss.perTrained;
      const ms = performance.now() - begun;
      await parts.watch?.(model, batch, step);
      tf.dispose([batch.x, batch.y, ...(cost ? [cost] : [])]);

      const [measured] = await optimizer.records();
      if (measured === undefined) throw new Error(`Step ${step} left no record of its norms.`);
      msInAll += ms;
      yield { type: 'step', step, loss, ...normsIn(measured, strategy), ms };

      tooHigh = loss > DIVERGED_TIMES * problem.trivialLoss ? tooHigh + 1 : 0;
      diverged = !Number.isFinite(loss) || !Number.isFinite(measured.normAfter) || tooHigh >= DIVERGED_STEPS;
    }
    const end = { type: 'end', metric: await problem.evaluate(model), steps: step, ms: msInAll } as const;
    yield diverged ? { ...end, outcome: 'diverged', divergedAt: step - 1 } : { ...end, outcome: 'finished' };
  } finally {
    optimizer.dispose();
    model.dispose();
  }
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
