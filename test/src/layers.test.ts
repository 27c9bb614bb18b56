import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { accumulated, clipOptimizer, type ClippedOptimizer } from 'gradclip';
import { clippingLogs } from 'gradclip/layers';
import { globalNorm, none } from 'gradclip/strategies';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { recurrentModel } from './combinators/fixture.ts';
import { expectError } from '../support/fixtures.ts';
import { DEVICE, registerDevice } from '../../src/testing/backends.ts';

type Logs = Record<string, number>;
const NAMES = ['grad_norm', 'grad_norm_clipped', 'clip_rate'];
// 16 examples in batches of 4: four steps an epoch.
const TRAINING = { batchSize: 4, shuffle: false, verbose: 0 } as const;

function compiled(optimizer: tf.Optimizer): ReturnType<typeof recurrentModel> {
  const made = recurrentModel();
  made.model.compile({ optimizer, loss: 'meanSquaredError' });
  return made;
}

/** A callback that collects the logs it receives. */
function listener(): { batches: Logs[]; epochs: Logs[]; callback: tf.CustomCallbackArgs } {
  const batches: Logs[] = [];
  const epochs: Logs[] = [];
  return {
    batches,
    epochs,
    callback: {
      onBatchEnd: (_, logs) => void batches.push({ ...(logs as Logs) }),
      onEpochEnd: (_, logs) => void epochs.push({ ...(logs as Logs) }),
    },
  };
}

const pick = (logs: Logs[]): (number | undefined)[][] => logs.map((one) => NAMES.map((name) => one[name]));
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function expectedFrom(optimizer: ClippedOptimizer): Promise<{ batches: number[][]; epochs: number[][] }> {
  const batches = (await optimizer.records()).map((record) => [
    record.normBefore,
    record.normAfter,
    record.clipped ? 1 : 0,
  ]);
  const epochs = Array.from({ length: batches.length / 4 }, (_, epoch) => {
    const steps = batches.slice(4 * epoch, 4 * epoch + 4);
    return [0, 1, 2].map((index) => mean(steps.map((step) => step[index] as number)));
  });
  return { batches, epochs };
}

/** Compares collected logs with the records: batches exactly, epochs to ten digits. */
async function expectLogs(optimizer: ClippedOptimizer, batches: Logs[], epochs: Logs[]): Promise<void> {
  const expected = await expectedFrom(optimizer);
  expect(pick(batches)).toEqual(expected.batches);
  pick(epochs)
    .flat()
    .forEach((value, index) => {
      expect(value).toBeCloseTo(expected.epochs.flat()[index] as number, 10);
    });
}

afterEach(() => {
  vi.restoreAllMocks();
  tf.disposeVariables();
});

describe.each(['cpu', 'wasm', DEVICE])('clippingLogs on %s', (backend) => {
  beforeAll(async () => {
    registerDevice();
    await tf.setBackend(backend);
    await tf.ready();
  });

  it('adds norms and clip rate to the logs of batches and epochs for callbacks after it', async () => {
    const optimizer = clipOptimizer(tf.train.adam(0.05), globalNorm({ maxNorm: 3 }));
    const { model, xs, ys } = compiled(optimizer);
    const { batches, epochs, callback } = listener();
    const { history } = await model.fit(xs, ys, {
      ...TRAINING,
      epochs: 3,
      callbacks: [clippingLogs(optimizer), new tf.CustomCallback(callback)],
    });
    const expected = await expectedFrom(optimizer);
    const rate = mean(expected.batches.map(([, , clipped]) => clipped as number));
    expect(rate > 0 && rate < 1, `a threshold that clips some steps, not ${rate}`).toBe(true);
    expect(pick(batches)).toEqual(expected.batches);
    expect(pick(epochs)).toEqual(expected.epochs);
    expect(NAMES.map((name) => history[name])).toEqual(
      [0, 1, 2].map((index) => expected.epochs.map((epoch) => epoch[index])),
    );
    expect(batches[0]?.['loss']).toBeTypeOf('number');
  });
});

describe('clippingLogs', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('serves callbacks before it in the list', async () => {
    const optimizer = clipOptimizer(tf.train.adam(0.05), globalNorm({ maxNorm: 3 }));
    const { model, xs, ys } = compiled(optimizer);
    const { batches, epochs, callback } = listener();
    await model.fit(xs, ys, { ...TRAINING, epochs: 2, callbacks: [callback, clippingLogs(optimizer)] });
    await expectLogs(optimizer, batches, epochs);
  });

  it('serves class instances before it and adds each metric once when used twice', async () => {
    const optimizer = clipOptimizer(tf.train.adam(0.05), globalNorm({ maxNorm: 3 }));
    const { model, xs, ys } = compiled(optimizer);
    const { batches, epochs, callback } = listener();
    const first = new tf.CustomCallback(callback);
    await model.fit(xs, ys, {
      ...TRAINING,
      epochs: 2,
      callbacks: [first, clippingLogs(optimizer), clippingLogs(optimizer)],
    });
    await expectLogs(optimizer, batches, epochs);
    const metrics = first.params['metrics'] as unknown as string[];
    expect(metrics.filter((name) => NAMES.includes(name))).toEqual(NAMES);
  });

  it('works alone, after class instances, and in fitDataset', async () => {
    const optimizer = clipOptimizer(tf.train.sgd(0.01), none());
    const { model, xs, ys } = compiled(optimizer);
    const alone = await model.fit(xs, ys, { ...TRAINING, epochs: 1, callbacks: clippingLogs(optimizer) });
    const after = await model.fit(xs, ys, {
      ...TRAINING,
      epochs: 2,
      callbacks: [tf.callbacks.earlyStopping({ monitor: 'loss' }), clippingLogs(optimizer)],
    });
    const data = tf.data.zip({ xs: tf.data.array(await xs.array()), ys: tf.data.array(await ys.array()) }).batch(4);
    const dataset = await model.fitDataset(data as never, {
      epochs: 1,
      verbose: 0,
      callbacks: [clippingLogs(optimizer)],
    });
    const expected = await expectedFrom(optimizer);
    const norms = [alone, after, dataset].flatMap(({ history }) => history['grad_norm']);
    expect(norms).toHaveLength(expected.epochs.length);
    norms.forEach((value, index) => {
      expect(value).toBeCloseTo(expected.epochs[index]?.[0] as number, 10);
    });
  });

  it.each(['inner', 'outer'])('counts each step once when several batches make one step: %s', async (which) => {
    const inner = clipOptimizer(tf.train.sgd(0.01), none());
    const outer = accumulated(inner, { steps: 2 });
    const { model, xs, ys } = compiled(outer);
    const callbacks = [clippingLogs(which === 'inner' ? inner : outer)];
    const { history } = await model.fit(xs, ys, { ...TRAINING, epochs: 1, callbacks });
    const norms = (await inner.records()).map(({ normBefore }) => normBefore);
    expect(norms).toHaveLength(2);
    expect(history['grad_norm']).toEqual([mean(norms)]);
  });

  const early = (): tf.EarlyStopping => tf.callbacks.earlyStopping({ monitor: 'grad_norm', patience: 9 });
  const custom = (callback: tf.CustomCallbackArgs): tf.CustomCallback => new tf.CustomCallback(callback);
  type Order = (logs: tf.CustomCallback, callback: tf.CustomCallbackArgs) => tf.CustomCallback[];
  it.each<[order: string, order: Order]>([
    ['before an early stop', (logs, callback) => [logs, early() as never, custom(callback)]],
    ['after an early stop', (logs, callback) => [early() as never, logs, custom(callback)]],
    ['before a custom callback', (logs, callback) => [logs, custom(callback), early() as never]],
    ['after a custom callback', (logs, callback) => [custom(callback), logs, early() as never]],
    ['after a plain object', (logs, callback) => [callback as never, logs]],
    ['twice', (logs, callback) => [logs, custom(callback), logs]],
  ])('works %s', async (_, order) => {
    const optimizer = clipOptimizer(tf.train.adam(0.05), globalNorm({ maxNorm: 3 }));
    const { model, xs, ys } = compiled(optimizer);
    const { batches, epochs, callback } = listener();
    const callbacks = order(clippingLogs(optimizer), callback);
    const { history } = await model.fit(xs, ys, { ...TRAINING, epochs: 2, callbacks });
    await expectLogs(optimizer, batches, epochs);
    expect(history['grad_norm']).toHaveLength(2);
  });

  it('counts skipped steps', async () => {
    const optimizer = clipOptimizer(tf.train.sgd(0), none(), { onNonFinite: 'skip' });
    const { model, xs, ys } = compiled(optimizer);
    const data = await ys.array();
    for (const bad of [5, 9]) data[bad] = [NaN];
    const { batches, epochs, callback } = listener();
    const { history } = await model.fit(xs, tf.tensor2d(data), {
      ...TRAINING,
      epochs: 2,
      callbacks: [clippingLogs(optimizer), custom(callback)],
    });
    expect(batches.map((logs) => logs['skipped_steps'])).toEqual([0, 1, 1, 0, 0, 1, 1, 0]);
    expect(epochs.map((logs) => logs['skipped_steps'])).toEqual([2, 2]);
    expect(history['skipped_steps']).toEqual([2, 2]);
  });

  it('rejects fit with what a listener throws', async () => {
    registerDevice();
    await tf.setBackend(DEVICE);
    const onStep = (): void => {
      throw new Error('listener');
    };
    const optimizer = clipOptimizer(tf.train.sgd(0.01), none(), { onStep });
    const { model, xs, ys } = compiled(optimizer);
    const training = model.fit(xs, ys, { ...TRAINING, epochs: 1, callbacks: [clippingLogs(optimizer)] });
    await expect(training).rejects.toThrow('listener');
    await tf.setBackend('cpu');
  });

  it('leaves non-finite norms out of the mean', async () => {
    const optimizer = clipOptimizer(tf.train.sgd(0), none(), { onNonFinite: 'skip' });
    const { model, xs, ys } = compiled(optimizer);
    const data = await ys.array();
    data[5] = [NaN];
    const { history } = await model.fit(xs, tf.tensor2d(data), {
      ...TRAINING,
      epochs: 1,
      callbacks: [clippingLogs(optimizer)],
    });
    const norms = (await optimizer.records()).map(({ normBefore }) => normBefore);
    expect(norms.map(Number.isFinite)).toEqual([true, false, true, true]);
    expect(history['grad_norm']?.[0]).toBeCloseTo(mean(norms.filter(Number.isFinite)), 10);
  });

  it('reads nothing synchronously from a device', async () => {
    registerDevice();
    await tf.setBackend(DEVICE);
    const optimizer = clipOptimizer(tf.train.sgd(0.01), globalNorm());
    const { model, xs, ys } = compiled(optimizer);
    await model.fit(xs, ys, { ...TRAINING, epochs: 1 });
    const sync = vi.spyOn(tf.Tensor.prototype, 'dataSync');
    await model.fit(xs, ys, { ...TRAINING, epochs: 2, callbacks: [clippingLogs(optimizer)] });
    expect(sync).not.toHaveBeenCalled();
    await tf.setBackend('cpu');
  });

  it.each([undefined, tf.train.sgd(0), accumulated(tf.train.sgd(0), { steps: 2 })])(
    'refuses an optimizer that does not clip (%#)',
    (optimizer) => {
      expect(() => clippingLogs(optimizer as never)).toThrow(
        /^`clippingLogs\(optimizer\)` takes an optimizer made by `clipOptimizer`; received .*\.$/,
      );
    },
  );

  it('refuses an optimizer without records and accepts one with only a listener', () => {
    expectError(
      () => clippingLogs(clipOptimizer(tf.train.sgd(0), none(), { window: 0 })),
      'bad-option',
      '`clippingLogs(optimizer)` takes an optimizer that records its steps; received one made with `window: 0`.',
    );
    const listening = clipOptimizer(tf.train.sgd(0), none(), { window: 0, onStep: () => undefined });
    expect(clippingLogs(listening)).toBeDefined();
  });
});
