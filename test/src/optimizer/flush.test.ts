import * as tf from '@tensorflow/tfjs';
import { accumulated, clipOptimizer } from 'gradclip';
import { none } from 'gradclip/strategies';
import { afterEach, describe, expect, it } from 'vitest';
import { DEVICE, onBackend } from '../../../src/testing/backends.ts';

afterEach(() => {
  tf.disposeVariables();
});

describe.each(['cpu', DEVICE])('flush on %s', (backend) => {
  it.each([true, false])(
    'takes a step with the mean of what came, inside a skipping optimizer: %s',
    async (isInside) => {
      await onBackend(backend, () => {
        const w = tf.variable(tf.tensor1d([0]), true, 'w');
        const inner = accumulated(tf.train.sgd(1), { steps: 4 });
        const optimizer = isInside ? clipOptimizer(inner, none()) : inner;
        inner.flush();
        expect([w.dataSync()[0], inner.iterations]).toEqual([0, 0]);
        for (const value of [1, 3, 5]) optimizer.applyGradients({ w: tf.tensor1d([value]) });
        inner.flush();
        expect([w.dataSync()[0], inner.pending, inner.iterations]).toEqual([-3, 0, 1]);
        inner.flush();
        expect([w.dataSync()[0], inner.iterations]).toEqual([-3, 1]);
        for (const value of [2, 2, 2, 2]) optimizer.applyGradients({ w: tf.tensor1d([value]) });
        expect([w.dataSync()[0], inner.iterations]).toEqual([-5, 2]);
      });
    },
  );
});
