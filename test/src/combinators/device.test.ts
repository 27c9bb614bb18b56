import * as tf from '@tensorflow/tfjs';
import { accumulated, chain, clipOptimizer, partition, scheduled } from 'gradclip';
import { adaptivePercentile, globalNorm, perValue } from 'gradclip/strategies';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DEVICE, registerDevice } from '../../../src/testing/backends.ts';

describe('combinators on a device', () => {
  beforeAll(async () => {
    registerDevice();
    await tf.setBackend(DEVICE);
  });
  afterAll(() => {
    vi.restoreAllMocks();
    tf.disposeVariables();
  });

  it('read nothing from the device in a step and leak no tensor', () => {
    const variables = ['lstm/kernel', 'lstm/bias', 'dense/kernel'].map((name) => {
      return tf.tidy(() => tf.variable(tf.ones([4]), true, name));
    });
    const strategy = chain(
      partition([
        { match: 'lstm', strategy: adaptivePercentile({ window: 5 }) },
        { match: 'dense', strategy: perValue() },
      ]),
      scheduled(globalNorm, { maxNorm: { kind: 'cosine', from: 2, to: 0.5, steps: 20 } }),
    );
    // Without records, because unread records keep tensors on the device.
    const optimizer = accumulated(clipOptimizer(tf.train.sgd(0.1), strategy, { window: 0 }), { steps: 2 });
    const step = (index: number): void => {
      const gradients = Object.fromEntries(variables.map(({ name }) => [name, tf.fill([4], index)]));
      optimizer.applyGradients(gradients);
      tf.dispose(gradients);
    };
    for (let index = 0; index < 4; index += 1) step(index);
    const before = tf.memory().numTensors;
    const reads = vi.spyOn(tf.Tensor.prototype, 'dataSync');
    for (let index = 0; index < 100; index += 1) step(index);
    expect(reads).not.toHaveBeenCalled();
    expect(tf.memory().numTensors).toBe(before);
    vi.restoreAllMocks();
    expect([...(variables[2]?.dataSync() ?? [])].every(Number.isFinite)).toBe(true);
    optimizer.dispose();
  });
});
