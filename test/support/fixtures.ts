// Deterministic models and data, and helpers that compare optimizers on them.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { ClippingError } from 'gradclip';
import { expect } from 'vitest';
import { fewOf } from './settings.ts';

// After the import tfjs would choose wasm and start it asynchronously.
await tf.setBackend('cpu');

export { BACKENDS } from './settings.ts';

const stock: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  nesterov: () => tf.train.momentum(0.1, 0.9, true),
  adam: () => tf.train.adam(0.05),
  adamax: () => tf.train.adamax(0.05),
  rmsprop: () => tf.train.rmsprop(0.02, 0.9, 0.5),
  // tfjs subtracts epsilon here, so a larger value takes the root of a negative number.
  'rmsprop, centered': () => tf.train.rmsprop(0.01, 0.9, 0.1, 1e-12, true),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(1, 0.9, 1e-3),
};

/** All stock optimizers of tfjs, with settings that move the weights visibly. */
export const OPTIMIZERS = fewOf(stock, ['sgd', 'momentum', 'adam']);

/** The optimizers whose state tfjs can save: all but Adamax. */
export const SAVABLE = Object.keys(OPTIMIZERS).filter((name) => name !== 'adamax');

export function optimizerCalled(name: string): tf.Optimizer {
  const make = stock[name];
  if (make === undefined) throw new Error(`no optimizer ${name}`);
  return make();
}

let problems = 0;

/** Two new variables a and b, and gradients for them that differ from step to step. */
export function variables(values: Readonly<Record<string, readonly number[]>> = { a: [1, 2, 3], b: [0.5, -1] }) {
  problems += 1;
  const named = Object.entries(values).map(([name, numbers]) =>
    tf.variable(tf.tensor1d([...numbers]), true, `${name}-of-problem-${String(problems)}`),
  );
  return {
    list: named,
    names: named.map(({ name }) => name),
    values: () => named.map((variable) => Array.from(variable.dataSync())),
    gradients: (step: number): Record<string, tf.Tensor> =>
      Object.fromEntries(
        named.map(({ name, size }, place) => [name, tf.tensor1d(numbersAt(step, place, size))] as const),
      ),
    dispose: () => tf.dispose(named),
  };
}

/** Gradients that are short at even steps and long at odd ones. */
export function numbersAt(step: number, place: number, size: number): number[] {
  const length = step % 2 === 0 ? 0.1 : 5;
  return Array.from({ length: size }, (_, index) => length * Math.sin(1 + step + 2 * place + 3 * index));
}

/** Returns x [12, 2, 3] and y [12, 1], the same on every call. */
export function data() {
  const x = tf.tensor3d(
    Array.from({ length: 72 }, (_, index) => Math.sin(index * 1.7)),
    [12, 2, 3],
  );
  const y = tf.tensor2d(
    Array.from({ length: 12 }, (_, index) => 3 * Math.cos(index)),
    [12, 1],
  );
  return { x, y };
}

/** An LSTM with 4 units named my_lstm_1 and a dense layer named head, with the same weights on every call. */
export function model(): tf.LayersModel {
  const glorot = (seed: number) => tf.initializers.glorotUniform({ seed });
  return tf.sequential({
    layers: [
      tf.layers.lstm({
        name: 'my_lstm_1',
        units: 4,
        inputShape: [2, 3],
        kernelInitializer: glorot(1),
        recurrentInitializer: glorot(2),
      }),
      tf.layers.dense({ name: 'head', units: 1, kernelInitializer: glorot(3) }),
    ],
  });
}

/** Trains for a number of steps on batches of four. */
export async function train(trained: tf.LayersModel, steps: number): Promise<void> {
  const { x, y } = data();
  for (let step = 0; step < steps; step += 1) {
    const start = (step % 3) * 4;
    const [xs, ys] = [x.slice([start], [4]), y.slice([start], [4])];
    await trained.trainOnBatch(xs, ys);
    tf.dispose([xs, ys]);
  }
  tf.dispose([x, y]);
}

export function weightsOf(trained: tf.LayersModel): number[][] {
  return trained.getWeights().map((weight) => Array.from(weight.dataSync()));
}

/** The artifacts of a saved model. */
export async function saved(trained: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  const handler = tf.io.withSaveHandler((saving) => {
    // Serialised to text and parsed again, as in a file.
    artifacts = { ...(JSON.parse(JSON.stringify(saving)) as tf.io.ModelArtifacts), weightData: saving.weightData! };
    return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
  });
  await trained.save(handler, { includeOptimizer: true });
  return artifacts!;
}

export function loaded(artifacts: tf.io.ModelArtifacts): Promise<tf.LayersModel> {
  return tf.loadLayersModel(tf.io.fromMemory(artifacts));
}

/** Saves a model and loads it again. */
export async function reloaded(trained: tf.LayersModel): Promise<tf.LayersModel> {
  return loaded(await saved(trained));
}

/** Asserts the code and the whole message of the error that a call throws. */
export function expectError(run: () => unknown, code: ClippingError['code'], message: string): void {
  expectThrown(thrownBy(run), code, message);
}

/** Returns the error that a call throws, or undefined. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Asserts the code and the whole message of a rejection. */
export async function expectRejection(
  promise: Promise<unknown>,
  code: ClippingError['code'],
  message: string,
): Promise<void> {
  expectThrown(await rejectionOf(promise), code, message);
}

/** Returns the error that a promise rejects with, or undefined. */
export function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

function expectThrown(thrown: unknown, code: ClippingError['code'], message: string): void {
  expect(thrown).toMatchObject({ name: 'ClippingError' });
  const { code: found, message: said } = thrown as ClippingError;
  expect(said).toBe(message);
  expect(found).toBe(code);
}
