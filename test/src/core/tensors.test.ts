import { setBackend, tensor, tensor1d, tidy, type Tensor } from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {
  clampAll,
  finiteOf,
  globalNormOf,
  groupNormsOf,
  layerOf,
  limitFactors,
  mapTensors,
  matchesGlob,
  matchesVariable,
  normAlong,
  normsOf,
  percentileOf,
  scaleAll,
  scaleEach,
  multiplyBroadcast,
} from 'gradclip/define';
import { DEVICE, lawsOf } from 'gradclip/testing';
import { none } from 'gradclip/strategies';
import { originalName } from '../../../src/core/names.ts';
import { beforeAll, describe, expect, it } from 'vitest';

const numbers = (one: Tensor | undefined): number[] => Array.from(one?.dataSync() ?? []);
const close = (values: number[]): unknown[] => values.map((value) => expect.closeTo(value, 5) as unknown);

describe.each(['cpu', 'wasm', DEVICE])('named tensors on %s', (backend) => {
  beforeAll(async () => {
    // Checking any law on the device registers its backend.
    await lawsOf(none, { backend })
      .find(({ name }) => name === 'zero')
      ?.check();
    await setBackend(backend);
  });
  const within = (test: (tensors: { a: Tensor; b: Tensor }) => void) => (): void => {
    tidy(() => {
      test({ a: tensor1d([3, -4]), b: tensor([[12]]) });
    });
  };

  it(
    'have a global norm, a norm each and a norm per group',
    within((tensors) => {
      expect(numbers(globalNormOf(tensors))).toEqual(close([13]));
      expect(numbers(globalNormOf(tensors, { ord: 1 }))).toEqual(close([19]));
      expect(numbers(globalNormOf(tensors, { ord: 'inf' }))).toEqual([12]);
      expect(numbers(normsOf(tensors))).toEqual(close([5, 12]));
      const { groups, indices, norms } = groupNormsOf(tensors, () => 'all');
      expect({ groups, indices, norms: numbers(norms) }).toEqual({
        groups: ['all'],
        indices: [0, 0],
        norms: close([13]),
      });
    }),
  );

  it('have empty or zero norms if there are no tensors', () => {
    tidy(() => {
      expect(numbers(globalNormOf({}))).toEqual([0]);
      expect(numbers(normsOf({}))).toEqual([]);
      expect(numbers(groupNormsOf({}, layerOf).norms)).toEqual([]);
      expect(numbers(finiteOf({}))).toEqual([]);
    });
  });

  it('have norms along axes', () => {
    tidy(() => {
      const matrix = tensor([
        [3, 5],
        [4, 12],
      ]);
      expect(normAlong(matrix, [0]).shape).toEqual([1, 2]);
      expect(numbers(normAlong(matrix, [0]))).toEqual(close([5, 13]));
      expect(numbers(normAlong(matrix, [-1], { ord: 1 }))).toEqual(close([8, 16]));
    });
  });

  it(
    'are scaled by a common factor or by one factor each',
    within((tensors) => {
      expect(numbers(scaleAll(tensors, 0.5)['a'])).toEqual([1.5, -2]);
      for (const factors of [[2, 0.5], tensor1d([2, 0.5])]) {
        const each = scaleEach(tensors, factors);
        expect([...numbers(each['a']), ...numbers(each['b'])]).toEqual([6, -8, 6]);
      }
      expect(numbers(multiplyBroadcast(tensors.a, tensor1d([1, 0])))).toEqual([3, -0]);
    }),
  );

  it(
    'are scaled by a one-element factor of any shape',
    within((tensors) => {
      for (const factor of [tensor(0.5), tensor1d([0.5]), tensor([[0.5]])]) {
        expect(numbers(scaleAll(tensors, factor)['a'])).toEqual([1.5, -2]);
      }
    }),
  );

  it(
    'are scaled individually if only some change',
    within((tensors) => {
      const each = scaleEach(tensors, [1, 0.5]);
      expect([...numbers(each['a']), ...numbers(each['b'])]).toEqual([3, -4, 6]);
    }),
  );

  it(
    'are rejected if the number of factors differs from the number of tensors',
    within((tensors) => {
      for (const [factors, count] of [
        [[2], 1],
        [tensor1d([2, 1, 1]), 3],
      ] as const) {
        const message =
          `\`scaleEach(tensors, factors)\` takes one factor per tensor; received ${count} for 2 tensors. ` +
          'For one factor, use `scaleAll`.';
        expect(() => scaleEach(tensors, factors)).toThrow(expect.objectContaining({ code: 'strategy-fault', message }));
      }
    }),
  );

  it('are clamped and keep NaN', () => {
    tidy(() => {
      expect(numbers(clampAll({ a: tensor1d([-3, NaN, 3]) }, -1, 2)['a'])).toEqual([-1, NaN, 2]);
    });
  });

  it('are checked for non-finite elements', () => {
    tidy(() => {
      expect(numbers(finiteOf({ a: tensor1d([1]), b: tensor1d([NaN]), c: tensor1d([0, -Infinity]) }))).toEqual([
        1, 0, 0,
      ]);
    });
  });

  it(
    'are mapped one by one',
    within((tensors) => {
      expect(Object.keys(mapTensors(tensors, (one) => one))).toEqual(['a', 'b']);
    }),
  );

  it.each([
    [0, 1],
    [50, 2.5],
    [25, 1.75],
    [100, 4],
  ])('have a percentile %s of %s', (percentile, expected) => {
    tidy(() => {
      const found = percentileOf(tensor1d([4, 1, 3, 2, 99]), tensor(4), percentile);
      expect(numbers(found)).toEqual(close([expected]));
    });
  });

  it('get limit factors that are exactly 1 at and below the limit', () => {
    tidy(() => {
      expect(numbers(limitFactors(tensor1d([0, 2, 4, 8, Infinity]), 4))).toEqual([1, 1, 1, 0.5, 0]);
      expect(numbers(limitFactors(tensor1d([0, 3]), 0))).toEqual([1, 0]);
      expect(numbers(limitFactors(tensor1d([0, 3e38]), Infinity))).toEqual([1, 1]);
      expect(numbers(limitFactors(tensor1d([NaN]), 4))).toEqual([1]);
    });
  });
});

describe.each(['cpu', 'wasm'])('scaling and clamping on %s', (backend) => {
  beforeAll(() => setBackend(backend));

  it('returns the same record if nothing changes', () => {
    tidy(() => {
      const tensors = { a: tensor1d([3, -4]), b: tensor([[12]]) };
      expect(scaleAll(tensors, 1)).toBe(tensors);
      expect(scaleEach(tensors, [1, 1])).toBe(tensors);
      expect(clampAll(tensors, -20, 20)).toBe(tensors);
    });
  });
});

describe('names', () => {
  it.each([
    ['lstm/kernel', 'lstm'],
    ['rnn/cell_0/bias', 'rnn/cell_0'],
    ['gain', 'gain'],
  ])('%s belongs to the layer %s', (variable, layer) => {
    expect(layerOf(variable)).toBe(layer);
  });

  it.each([
    ['lstm*', 'lstm_1', true],
    ['lstm*', 'lstm_1/kernel', true],
    ['lstm*', 'my_lstm', false],
    ['*/bias', 'dense/bias', true],
    ['*/bias', 'rnn/cell/bias', false],
    ['**/bias', 'rnn/cell/bias', true],
    ['encoder', 'encoder/kernel', true],
    ['encoder', 'encoder2/kernel', false],
    ['dense?', 'dense1', true],
    ['dense?', 'dense', false],
    ['dense?kernel', 'dense/kernel', false],
    ['a.b', 'axb', false],
    ['', '', true],
    ['', 'w', false],
    ['(a+', '(a+', true],
    ['constructor', 'constructor/kernel', true],
    ['**/bias', 'a\nb/c/bias', true],
  ])('the glob %s matches the name %s: %s', (glob, name, fits) => {
    expect(matchesGlob(glob, name)).toBe(fits);
  });

  it.each([
    ['lstm/kernel_1', 'lstm/kernel'],
    ['lstm/kernel_12', 'lstm/kernel'],
    ['lstm_1/kernel', 'lstm_1/kernel'],
    ['lstm/kernel_a', 'lstm/kernel_a'],
  ])('the variable %s had the name %s before tfjs added a number', (variable, original) => {
    expect(originalName(variable)).toBe(original);
  });

  it.each([
    ['lstm/kernel', 'lstm/kernel', true],
    ['lstm/kernel', 'lstm/kernel_1', true],
    ['lstm/kernel_1', 'lstm/kernel_1', true],
    ['lstm/kernel', 'dense/kernel_1', false],
    ['gain', 'gain_1', false],
    ['gain', 'gain', true],
  ])('the glob %s matches the variable %s: %s', (glob, variable, fits) => {
    expect(matchesVariable(glob, variable)).toBe(fits);
  });
});
