import * as tf from '@tensorflow/tfjs';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { LabError } from '../errors.ts';
import type { RunConfig } from '../run/run-config.ts';
import type { Problem } from '../tasks/_task.ts';
import { prepareRun } from './execute-run.ts';
import type { PlannedRun } from './plan.ts';

/** Runs with equal keys train the same model. */
export function modelKey({ task, settings, cell }: RunConfig): string {
  return JSON.stringify([task, settings, cell]);
}

/**
 * Builds each model of the runs once and computes its gradients, so that a network that cannot be trained is named
 * before hours of training.
 *
 * @returns the duration of a step in milliseconds, by `modelKey`
 * @throws LabError that names the task and the cell
 */
export async function checkModels(
  runs: readonly PlannedRun[],
  catalogue: Catalogue,
  data: string | undefined,
): Promise<ReadonlyMap<string, number>> {
  const distinct = new Map(runs.map(({ config }) => [modelKey(config), config]));
  const stepMs = new Map<string, number>();
  for (const [key, config] of distinct) {
    const { cell, problem, faster } = await prepareRun(config, catalogue, data === undefined ? {} : { data });
    try {
      const original = problem.model(cell, config.seed);
      const model = faster?.(original) ?? original;
      // The first step also compiles and allocates.
      const times = [0, 1].map((step) => timeStep(model, problem, step, config.seed));
      stepMs.set(key, Math.min(...times));
      model.dispose();
      if (model !== original) original.dispose();
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof RangeError) throw new LabError(describeSize(config));
      throw new LabError(`The cell \`${config.cell}\` cannot be trained on the task \`${config.task}\`: ${message}`);
    }
  }
  return stepMs;
}

/** Says that the arrays of a model would be too large. */
function describeSize({ task, settings }: Pick<RunConfig, 'task' | 'settings'>): string {
  const numbers = Object.entries(settings).filter(([, value]) => typeof value === 'number');
  const sizes = numbers.map(([name, value]) => `${name}=${value}`).join(',');
  return `The settings ${sizes} of the task \`${task}\` need more memory than an array can have. Choose smaller ones.`;
}

function timeStep(model: tf.LayersModel, problem: Problem, step: number, seed: number): number {
  const start = performance.now();
  tf.tidy(() => {
    const batch = problem.batch(step, seed);
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    tf.variableGrads(() => problem.loss(model, batch), variables).value.dataSync();
  });
  return performance.now() - start;
}
