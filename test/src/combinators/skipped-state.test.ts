// A step that one strategy skips enters the state of no other, wherever the combinator stands.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { chain, partition, type ClippingStrategy } from 'gradclip';
import { defineStrategy, globalNormOf, positive } from 'gradclip/define';
import { adaptivePercentile } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { clipSteps } from '../../support/clip-steps.ts';
import { DEVICE, onBackend } from '../../../src/testing/backends.ts';

/** Skips a norm above the limit, and counts every step in its state. */
const skipAbove = defineStrategy({
  id: 'skip-above',
  title: 'Skip above a limit',
  laws: { direction: 'global', idempotent: true },
  fields: { limit: positive({ default: 10, about: 'Largest norm that is not skipped.' }) },
  init: () => ({ steps: tf.scalar(0) }),
  clip: ({ limit }, gradients, { steps }) => ({
    gradients,
    state: { steps: tf.add<tf.Scalar>(steps, 1) },
    skip: tf.cast(tf.greater(globalNormOf(gradients), limit), 'float32'),
  }),
});
const history = adaptivePercentile({ percentile: 100, window: 9 });
const group = (name: string, strategy: ClippingStrategy) => ({ match: name, strategy });

describe.each(['cpu', 'wasm', DEVICE])('on %s', (backend) => {
  const countsAfter = (
    strategy: ClippingStrategy,
    steps: readonly Readonly<Record<string, number[]>>[],
    names: readonly string[],
  ): Promise<unknown[]> =>
    onBackend(backend, () => {
      const { state } = clipSteps(strategy, steps).at(-1)!;
      return names.map((name) => state[name]);
    });

  it.each([
    ['a first', { a: [99], b: [1] }],
    ['b first', { a: [1], b: [99] }],
  ])('a group does not take in a step that another group skips: %s', async (_, spike) => {
    const skipper = Object.keys(spike).find((name) => spike[name as 'a' | 'b'][0] === 99)!;
    const strategy = partition(['a', 'b'].map((name) => group(name, name === skipper ? skipAbove() : history)));
    const [index, other] = skipper === 'a' ? [0, 1] : [1, 0];
    const steps = [{ a: [1], b: [1] }, spike, { a: [1], b: [1] }];
    expect(await countsAfter(strategy, steps, [`${index}/steps`, `${other}/filled/global`])).toEqual([3, 2]);
  });

  it('the default group does not take it in either', async () => {
    const strategy = partition([group('a', skipAbove())], { default: history });
    expect(await countsAfter(strategy, [{ a: [99], b: [1] }], ['default/filled/global'])).toEqual([0]);
  });

  it('two groups that skip the same step both keep their new state', async () => {
    const strategy = partition([group('a', skipAbove()), group('b', skipAbove())]);
    const steps = [
      { a: [99], b: [99] },
      { a: [99], b: [1] },
      { a: [1], b: [1] },
    ];
    expect(await countsAfter(strategy, steps, ['0/steps', '1/steps'])).toEqual([3, 2]);
  });

  it('the last of three groups decides no more than the first', async () => {
    const strategy = partition([group('a', skipAbove()), group('b', history), group('c', skipAbove())]);
    for (const spike of [
      { a: [99], b: [1], c: [1] },
      { a: [1], b: [1], c: [99] },
    ]) {
      const skipped = await onBackend(backend, () => clipSteps(strategy, [spike]).map((step) => step.skipped));
      expect(skipped).toEqual([true]);
      expect(await countsAfter(strategy, [spike], ['1/filled/global'])).toEqual([0]);
    }
  });

  it('of two strategies in a chain that skip, the first keeps its new state', async () => {
    const strategy = chain(history, skipAbove({ limit: 50 }), skipAbove({ limit: 10 }), history);
    const names = ['0/filled/global', '1/steps', '2/steps', '3/filled/global'];
    expect(await countsAfter(strategy, [{ w: [99] }], names)).toEqual([0, 1, 0, 0]);
    expect(await countsAfter(strategy, [{ w: [20] }], names)).toEqual([0, 0, 1, 0]);
    expect(await countsAfter(strategy, [{ w: [1] }], names)).toEqual([1, 1, 1, 1]);
    const three = chain(skipAbove({ limit: 10 }), skipAbove({ limit: 50 }), skipAbove({ limit: 10 }));
    expect(await countsAfter(three, [{ w: [20] }], ['0/steps', '1/steps', '2/steps'])).toEqual([1, 0, 0]);
  });

  it('combinators inside combinators pass the skip on', async () => {
    const strategy = chain(history, partition([group('a', chain(history, skipAbove()))], { default: history }));
    const names = ['0/filled/global', '1/0/0/filled/global', '1/0/1/steps', '1/default/filled/global'];
    expect(await countsAfter(strategy, [{ a: [99], b: [1] }], names)).toEqual([0, 0, 1, 0]);
  });
});
