// What a strategy does against the contract, named before anything has happened to a variable.
import * as tf from '@tensorflow/tfjs';
import { ClippingError, type Clipped, type ClippingStrategy, type NamedTensors } from 'gradclip';
import { beforeAll, describe, expect, it } from 'vitest';
import { withContractChecks } from '../../../src/optimizer/faults.ts';
import '../../support/fixtures.ts';

const gradients = { a: tf.tensor1d([3, 4]), b: tf.tensor2d([[1, 2, 3]]) };

const answering = (answer: (given: NamedTensors) => unknown): ClippingStrategy =>
  withContractChecks({ id: 'mine', options: {}, init: () => ({}), clip: (given) => answer(given) as Clipped });

const step = (strategy: ClippingStrategy): Clipped => strategy.clip(gradients, {}, { step: 7, parameters: gradients });

const fault = (what: string): ClippingError =>
  new ClippingError('strategy-fault', `\`mine\` ${what}, at step 7. No variable was changed.`);

beforeAll(() => tf.setBackend('cpu'));

describe('what a strategy answers', () => {
  it('is handed on where it is as it should be', () => {
    const state = { seen: tf.scalar(1) };
    const skip = tf.scalar(0);
    const changed = { a: tf.tensor1d([1, 1]), b: gradients.b };
    expect(step(answering(() => ({ gradients: changed, state })))).toEqual({ gradients: changed, state });
    expect(step(answering(() => ({ gradients: changed, state, skip })))).toEqual({ gradients: changed, state, skip });
  });

  it.each<[string, (given: NamedTensors) => unknown]>([
    ['must answer `skip` as a scalar tensor; received 1', (given) => ({ gradients: given, state: {}, skip: 1 })],
    [
      'must answer `skip` as a scalar tensor; received a tensor of shape [1, 2]',
      (given) => ({ gradients: given, state: {}, skip: tf.zeros([1, 2]) }),
    ],
    ['must return gradients as tensors by name; received a promise', () => ({ gradients: Promise.resolve({}) })],
    ['must return gradients as tensors by name; received null', () => ({ gradients: null })],
    ['must return gradients as tensors by name; received undefined', () => undefined],
    ['must return gradients as tensors by name; received a tensor of shape []', () => ({ gradients: tf.scalar(1) })],
    ['must return memory as tensors by name; received undefined', (given) => ({ gradients: given })],
    ['must return tensors in its memory; received 7 for `seen`', (given) => ({ gradients: given, state: { seen: 7 } })],
    ['returned no gradient for `b`', ({ a }) => ({ gradients: { a }, state: {} })],
    [
      'returned a gradient for `c`, which it was not given',
      (given) => ({ gradients: { ...given, c: tf.scalar(1) }, state: {} }),
    ],
    [
      'returned a gradient of float32[3, 1] instead of float32[1, 3] for `b`',
      ({ a, b }) => ({ gradients: { a, b: tf.transpose(b as tf.Tensor) }, state: {} }),
    ],
    [
      'returned a gradient of int32[2] instead of float32[2] for `a`',
      ({ b }) => ({ gradients: { a: tf.tensor1d([3, 4], 'int32'), b }, state: {} }),
    ],
  ])('is refused: it %s', (what, answer) => {
    expect(() => step(answering(answer))).toThrow(fault(what));
  });

  it('is refused where it was disposed, were it the gradient that was given', () => {
    const a = tf.tensor1d([1, 2]);
    const strategy = answering((given) => {
      a.dispose();
      return { gradients: given, state: {} };
    });
    const clip = (): Clipped => strategy.clip({ a }, {}, { step: 7, parameters: { a } });
    expect(clip).toThrow(fault('returned a disposed tensor for `a` in its gradients'));
  });
});

describe('what a strategy throws', () => {
  const thrower = (error: unknown): ClippingStrategy =>
    answering(() => {
      throw error;
    });

  it('is named, with what it threw as the cause', () => {
    const cause = new RangeError('out of breath.');
    const message = '`mine` failed at step 7: out of breath. No variable was changed.';
    expect(() => step(thrower(cause))).toThrow(expect.objectContaining({ code: 'strategy-fault', message, cause }));
  });

  it('is handed on where it is an error of this library', () => {
    const own = new ClippingError('bad-option', 'Such an option there is not.');
    expect(() => step(thrower(own))).toThrow(own);
  });
});
