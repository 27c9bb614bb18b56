// A strategy's state from step to step, and loaded from a file.
import * as tf from '@tensorflow/tfjs';
import type { ClippingStrategy, NamedTensors } from 'gradclip';
import { beforeAll, describe, expect, it } from 'vitest';
import { StrategyState } from '../../../src/optimizer/strategy-state.ts';
import { expectError } from '../../support/fixtures.ts';

beforeAll(() => tf.setBackend('cpu'));

const restored = (tensors: NamedTensors, step = 1): StrategyState => {
  const state = new StrategyState();
  state.restore(tensors, step);
  return state;
};

const keeping = (shape: number[]): ClippingStrategy => ({
  id: 'mine',
  options: {},
  init: (parameters) => Object.fromEntries(Object.keys(parameters).map((name) => [`sum/${name}`, tf.zeros(shape)])),
  clip: (gradients, state) => ({ gradients, state }),
});

describe('rename', () => {
  it('renames the entries of renamed variables, longest name first', () => {
    const state = restored({
      ...{ w: tf.scalar(1), seen: tf.scalar(2) },
      ...{ 'sum/dense/kernel': tf.scalar(3), 'sum/outer/dense/kernel': tf.scalar(4) },
    });
    state.rename(
      new Map([
        ['w', 'w_1'],
        ['dense/kernel', 'dense/kernel_1'],
        ['outer/dense/kernel', 'outer/dense/kernel_2'],
      ]),
    );
    expect(Object.entries(state.tensors).map(([name, tensor]) => [name, tensor.dataSync()[0]])).toEqual([
      ['w_1', 1],
      ['seen', 2],
      ['sum/dense/kernel_1', 3],
      ['sum/outer/dense/kernel_2', 4],
    ]);
    state.dispose();
  });
});

describe('a restored state', () => {
  const w = tf.scalar(0);

  it('throws when an entry has another shape than the strategy expects', () => {
    const state = restored({ 'sum/w': tf.zeros([2, 3]) });
    expectError(
      () => state.prepare(keeping([3, 2]), { w }, true, { w }),
      'bad-state',
      'The saved optimizer has `sum/w` of shape [2, 3], but `mine` expects shape [3, 2]. ' +
        'Load it with the strategy and options it was saved with.',
    );
  });

  it('throws for the shape of an entry even while variables are missing', () => {
    const state = restored({ 'sum/w': tf.zeros([2, 3]) });
    expect(() => state.prepare(keeping([3, 2]), { w }, false, { w })).toThrow('expects shape [3, 2]');
  });

  it('is checked only once, because later states come from the strategy', () => {
    const state = restored({ 'sum/w': tf.zeros([2]) });
    state.prepare(keeping([2]), { w }, true, { w });
    state.advance({ 'sum/w': tf.zeros([5]) }, () => []);
    state.prepare(keeping([2]), { w }, true, { w });
    expect(state.tensors['sum/w']?.shape).toEqual([5]);
    state.dispose();
  });

  it('may lack entries only for variables that did not exist when it was saved', () => {
    const both = { w, b: tf.scalar(0) };
    const state = restored({ 'sum/w': tf.zeros([2]) });
    state.prepare(keeping([2]), both, true, { w });
    expect(Object.keys(state.tensors).sort()).toEqual(['sum/b', 'sum/w']);
    state.dispose();
    expect(() => restored({ 'sum/w': tf.zeros([2]) }).prepare(keeping([2]), both, true, both)).toThrow(
      'has no `sum/b`, which `mine` needs',
    );
  });

  it('may have unknown entries until all variables exist', () => {
    const state = restored({ 'sum/w': tf.zeros([2]), 'sum/later': tf.zeros([2]) });
    state.prepare(keeping([2]), { w }, false, { w });
    expect(Object.keys(state.tensors).sort()).toEqual(['sum/later', 'sum/w']);
    state.dispose();
    const complete = restored({ 'sum/w': tf.zeros([2]), 'sum/later': tf.zeros([2]) });
    expect(() => complete.prepare(keeping([2]), { w }, true, { w })).toThrow(
      '`sum/later` of shape [2], but `mine` has no such entry',
    );
  });
});
