import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { none } from 'gradclip/strategies';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectError, expectRejection } from '../../support/fixtures.ts';

describe('minimize', () => {
  let v: tf.Variable;
  let w: tf.Variable;
  beforeEach(async () => {
    await tf.setBackend('cpu');
    [v, w] = [tf.variable(tf.scalar(1), true, 'v'), tf.variable(tf.scalar(2), true, 'w')];
  });
  afterEach(() => {
    tf.dispose([v, w]);
  });

  const loss = (): tf.Scalar => tf.add(tf.square(v), tf.square(w));
  const values = (): number[] => [v, w].map((one) => one.dataSync()[0]!);

  it('trains every variable and returns the loss only on request', () => {
    const optimizer = clipOptimizer(tf.train.sgd(0.25), none());
    expect(optimizer.minimize(loss)).toBeNull();
    expect(values()).toEqual([0.5, 1]);
    expect(optimizer.minimize(loss, true)?.dataSync()[0]).toBe(1.25);
  });

  it('trains a variable once that is listed twice', () => {
    clipOptimizer(tf.train.sgd(0.25), none()).minimize(loss, false, [w, w]);
    expect(values()).toEqual([1, 1]);
  });

  it('trains only the listed variables', () => {
    clipOptimizer(tf.train.sgd(0.25), none()).minimize(loss, false, [w]);
    expect(values()).toEqual([1, 1]);
  });
});

it('disposes the inner optimizer once and throws at a later call', async () => {
  let disposed = 0;
  class Counting extends tf.SGDOptimizer {
    override dispose(): void {
      disposed += 1;
      super.dispose();
    }
  }
  const optimizer = clipOptimizer(new Counting(0.1), none());
  optimizer.dispose();
  optimizer.dispose();
  expect(disposed).toBe(1);
  const message = 'This ClippedOptimizer was disposed; create a new one.';
  expectError(() => optimizer.applyGradients({}), 'bad-state', message);
  const before = tf.memory().numTensors;
  await expectRejection(optimizer.getWeights(), 'bad-state', message);
  await expectRejection(optimizer.setWeights([]), 'bad-state', message);
  expect(tf.memory().numTensors).toBe(before);
});

it.each(['minimize', 'computeGradients', 'applyGradients'])(
  'takes nothing for an optimizer that lacks %s',
  (lacking) => {
    const methods = { minimize: () => null, computeGradients: () => null, applyGradients: () => undefined };
    const almost = { ...methods, [lacking]: undefined };
    expect(() => clipOptimizer(almost as never, none())).toThrow(
      '`clipOptimizer(inner, strategy)` wraps a tfjs optimizer, such as tf.train.adam(1e-3); received ',
    );
  },
);
