import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { chain, clipGradients, partition, scheduled, type ClippingStrategy } from 'gradclip';
import { adaptivePercentile, agc, globalNorm, none, perValue, perVariable } from 'gradclip/strategies';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEVICE, onBackend } from '../../../src/testing/backends.ts';
import { closeTo } from '../../support/clip-steps.ts';
import { expectError } from '../../support/fixtures.ts';

const lists = (tensors: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(tensors as tf.NamedTensorMap).map(([name, one]) => [name, one?.arraySync() ?? one]),
  );
const variables = (): tf.Variable[] =>
  ['a', 'b'].map((name) => tf.tidy(() => tf.variable(tf.tensor1d([1, 1]), true, name)));

afterEach(() => {
  vi.restoreAllMocks();
  tf.disposeVariables();
});

describe.each(['cpu', 'wasm', DEVICE])('clipGradients on %s', (backend) => {
  it.each([
    ['a number', 5, [3, 0], [0, 4]],
    ['a strategy', globalNorm({ maxNorm: 5 }), [3, 0], [0, 4]],
    ['each variable by its norm', perVariable({ maxNorm: 5 }), [5, 0], [0, 5]],
    ['agc, which needs the variables', agc({ ratio: 1 }), [1.41421, 0], [0, 1.41421]],
    ['a chain', chain(perValue({ maxAbs: 6 }), globalNorm({ maxNorm: 1 })), [0.70711, 0], [0, 0.70711]],
    ['a partition', partition([{ match: 'b', strategy: globalNorm() }]), [6, 0], [0, 1]],
    ['Infinity', Infinity, [6, 0], [0, 8]],
    ['0', 0, [0, 0], [0, 0]],
  ])('clips by %s', async (_, strategy, a, b) => {
    await onBackend(backend, () => {
      variables();
      const { gradients, norm } = clipGradients({ a: tf.tensor1d([6, 0]), b: tf.tensor1d([0, 8]) }, strategy);
      expect(lists(gradients)).toEqual({ a: closeTo(a), b: closeTo(b) });
      expect([norm.arraySync(), norm.shape]).toEqual([10, []]);
    });
  });

  it('keeps the form and the absent gradients of a list and of a map', async () => {
    await onBackend(backend, () => {
      variables();
      const b = tf.tensor1d([3, 4]);
      const list = clipGradients([{ name: 'b', tensor: b }, { name: 'a', tensor: null as never }], 1).gradients; // prettier-ignore
      expect(list.map(({ name, tensor }) => [name, (tensor as tf.Tensor | null)?.arraySync() ?? null])).toEqual([
        ['b', closeTo([0.6, 0.8])],
        ['a', null],
      ]);
      const map = clipGradients({ a: null as never, b }, 1).gradients;
      expect(Object.keys(map)).toEqual(['a', 'b']);
      expect(map['a']).toBeNull();
    });
  });

  it.each([1, Infinity])('returns tensors of the caller and leaks nothing with %s', async (maxNorm) => {
    await onBackend(backend, () => {
      variables();
      const grads = { a: tf.tensor1d([3, 4]) };
      const before = tf.memory().numTensors;
      const { gradients, norm } = clipGradients(grads, maxNorm);
      expect(tf.memory().numTensors).toBe(before + 2);
      gradients['a']!.dispose();
      expect([grads.a.isDisposed, grads.a.arraySync()]).toEqual([false, [3, 4]]);
      norm.dispose();
      tf.tidy(() => {
        clipGradients(grads, globalNorm({ maxNorm }));
      });
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  it('trains in a loop without an optimizer', async () => {
    await onBackend(backend, () => {
      const [a] = variables();
      for (let step = 0; step < 40; step += 1) {
        tf.tidy(() => {
          const { grads } = tf.variableGrads(() => tf.sum(tf.square(a!)) as tf.Scalar, [a!]);
          a!.assign(tf.sub(a!, tf.mul(clipGradients(grads, 1).gradients['a']!, 0.1)));
        });
      }
      expect(Math.max(...a!.dataSync())).toBeLessThan(0.01);
    });
  });

  it('passes NaN on and reports it in the norm, without a read', async () => {
    await onBackend(backend, () => {
      variables();
      const reads = vi.spyOn(tf.Tensor.prototype, 'dataSync');
      const { gradients, norm } = clipGradients({ a: tf.tensor1d([NaN, 1]) }, 1);
      if (backend === DEVICE) expect(reads).not.toHaveBeenCalled();
      vi.restoreAllMocks();
      expect([gradients['a']!.dataSync()[0], norm.dataSync()[0]]).toEqual([NaN, NaN]);
    });
  });
});

describe('clipGradients', () => {
  const given = (): { a: tf.Tensor1D } => ({ a: tf.tensor1d([3, 4]) });
  const schedule = { kind: 'linear', from: 5, to: 1, steps: 9 } as const;

  it.each<[id: string, strategy: ClippingStrategy, reason: string]>([
    ['adaptive-percentile', adaptivePercentile(), 'keeps state'],
    ['global-norm', globalNorm({ maxNorm: 'auto' }), 'keeps state'],
    ['chain', chain(none(), adaptivePercentile()), 'keeps state'],
    ['scheduled', scheduled(globalNorm, { maxNorm: schedule }), 'depends on the step'],
    ['partition', partition([{ match: 'a', strategy: scheduled(globalNorm, { maxNorm: schedule }) }]), 'depends on the step'], // prettier-ignore
  ])('refuses %s, which needs more than one step', (id, strategy, reason) => {
    variables();
    const before = tf.memory().numTensors;
    const gradients = given();
    expectError(
      () => clipGradients(gradients, strategy),
      'bad-spec',
      `\`clipGradients(gradients, strategy)\` clips once, but \`${id}\` ${reason}; use \`clipOptimizer\`.`,
    );
    gradients.a.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([-1, NaN])('refuses %s as the largest norm', (maxNorm) => {
    variables();
    expect(() => clipGradients(given(), maxNorm)).toThrow(
      '`maxNorm` of `clipGradients` must be a number from 0 to Infinity; received',
    );
  });

  it('names itself in errors about gradients and strategies', () => {
    variables();
    expect(() => clipGradients({ nobody: tf.tensor1d([1]) }, 1)).toThrow(
      '`clipGradients` received a gradient for `nobody`',
    );
    expect(() => clipGradients(given(), 'global-norm' as never)).toThrow('`clipGradients(gradients, strategy)` takes');
    expect(() => clipGradients(tf.tensor1d([1]) as never, 1)).toThrow(
      '`clipGradients` takes gradients by variable name',
    );
  });

  it('returns the skip of a strategy', () => {
    variables();
    const skipping = {
      ...none(),
      clip: (gradients: tf.NamedTensorMap) => ({ gradients, state: {}, skip: tf.scalar(1) }),
    };
    expect(clipGradients(given(), skipping as never).skip?.dataSync()[0]).toBe(1);
    expect(clipGradients(given(), 1)).not.toHaveProperty('skip');
  });
});
