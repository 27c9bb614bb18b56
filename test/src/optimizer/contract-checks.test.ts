// A strategy that breaks the contract is reported before any variable changes.
import * as tf from '@tensorflow/tfjs';
import { ClippingError, type Clipped, type ClippingStrategy, type NamedTensors } from 'gradclip';
import { beforeAll, describe, expect, it } from 'vitest';
import { clipWithChecks } from '../../../src/optimizer/contract-checks.ts';
import '../../support/fixtures.ts';

const gradients = { a: tf.tensor1d([3, 4]), b: tf.tensor2d([[1, 2, 3]]) };

const strategyThat = (clip: (received: NamedTensors) => unknown): ClippingStrategy => ({
  ...{ id: 'mine', options: {}, init: () => ({}) },
  clip: (received) => clip(received) as Clipped,
});

const step = (strategy: ClippingStrategy, received: NamedTensors = gradients): Clipped =>
  clipWithChecks(strategy, received, {}, { step: 7, parameters: received });

const fault = (what: string): ClippingError =>
  new ClippingError('strategy-fault', `\`mine\` ${what} (at step 7). No variable changed.`);

beforeAll(() => tf.setBackend('cpu'));

describe('the check of what a strategy returns', () => {
  it('passes valid gradients, state and skip through', () => {
    const state = { seen: tf.scalar(1) };
    const skip = tf.scalar(0);
    const changed = { a: tf.tensor1d([1, 1]), b: gradients.b };
    expect(step(strategyThat(() => ({ gradients: changed, state })))).toEqual({ gradients: changed, state });
    expect(step(strategyThat(() => ({ gradients: changed, state, skip })))).toEqual({
      gradients: changed,
      state,
      skip,
    });
  });

  it.each<[string, (received: NamedTensors) => unknown]>([
    ['must return `skip` as a scalar tensor; received 1', (received) => ({ gradients: received, state: {}, skip: 1 })],
    [
      'must return `skip` as a scalar tensor; received a tensor of shape [1, 2]',
      (received) => ({ gradients: received, state: {}, skip: tf.zeros([1, 2]) }),
    ],
    ['must return gradients as tensors by name; received a promise', () => ({ gradients: Promise.resolve({}) })],
    ['must return gradients as tensors by name; received null', () => ({ gradients: null })],
    ['must return gradients as tensors by name; received undefined', () => undefined],
    ['must return gradients as tensors by name; received a tensor of shape []', () => ({ gradients: tf.scalar(1) })],
    ['must return state as tensors by name; received undefined', (received) => ({ gradients: received })],
    [
      'must return tensors in its state; received 7 for `seen`',
      (received) => ({ gradients: received, state: { seen: 7 } }),
    ],
    ['returned no gradient for `b`', ({ a }) => ({ gradients: { a }, state: {} })],
    [
      'returned a gradient for `c`, which it did not receive',
      (received) => ({ gradients: { ...received, c: tf.scalar(1) }, state: {} }),
    ],
    [
      'returned a gradient of float32[3, 1] instead of float32[1, 3] for `b`',
      ({ a, b }) => ({ gradients: { a, b: tf.transpose(b as tf.Tensor) }, state: {} }),
    ],
    [
      'returned a gradient of int32[2] instead of float32[2] for `a`',
      ({ b }) => ({ gradients: { a: tf.tensor1d([3, 4], 'int32'), b }, state: {} }),
    ],
  ])('throws when the strategy %s', (what, clip) => {
    expect(() => step(strategyThat(clip))).toThrow(fault(what));
  });

  it('throws when a returned gradient is disposed, even if it is the input', () => {
    const a = tf.tensor1d([1, 2]);
    const strategy = strategyThat((received) => {
      a.dispose();
      return { gradients: received, state: {} };
    });
    const clip = (): Clipped => step(strategy, { a });
    expect(clip).toThrow(fault('returned a disposed tensor for `a` in its gradients'));
  });
});

describe('the check of what a strategy throws', () => {
  const thrower = (error: unknown): ClippingStrategy =>
    strategyThat(() => {
      throw error;
    });

  it.each(['no history yet.', 'no history yet'])(
    'names the strategy and keeps the thrown error as the cause: %s',
    (own) => {
      const cause = new RangeError(own);
      const message = '`mine` failed at step 7: no history yet. No variable changed.';
      expect(() => step(thrower(cause))).toThrow(expect.objectContaining({ code: 'strategy-fault', message, cause }));
    },
  );

  it('passes a ClippingError through unchanged', () => {
    const own = new ClippingError('bad-option', 'No such option.');
    expect(() => step(thrower(own))).toThrow(own);
  });
});
