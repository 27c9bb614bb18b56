// The memory of a strategy from step to step, and from a file.
import * as tf from '@tensorflow/tfjs';
import type { ClippingStrategy, NamedTensors } from 'gradclip';
import { beforeAll, describe, expect, it } from 'vitest';
import { StrategyState } from '../../../src/optimizer/strategy-state.ts';
import { expectError } from '../../support/fixtures.ts';

beforeAll(() => tf.setBackend('cpu'));

const restored = (state: NamedTensors, used = true): StrategyState => {
  const memory = new StrategyState();
  memory.restore(state, used);
  return memory;
};

const keeping = (shape: number[]): ClippingStrategy => ({
  id: 'mine',
  options: {},
  init: (parameters) => Object.fromEntries(Object.keys(parameters).map((name) => [`sum/${name}`, tf.zeros(shape)])),
  clip: (gradients, state) => ({ gradients, state }),
});

describe('entries about variables that have other names now', () => {
  it('are renamed, the longer of two names first', () => {
    const memory = restored({
      ...{ w: tf.scalar(1), seen: tf.scalar(2) },
      ...{ 'sum/dense/kernel': tf.scalar(3), 'sum/outer/dense/kernel': tf.scalar(4) },
    });
    memory.rename(
      new Map([
        ['w', 'w_1'],
        ['dense/kernel', 'dense/kernel_1'],
        ['outer/dense/kernel', 'outer/dense/kernel_2'],
      ]),
    );
    expect(Object.entries(memory.state).map(([name, tensor]) => [name, tensor.dataSync()[0]])).toEqual([
      ['w_1', 1],
      ['seen', 2],
      ['sum/dense/kernel_1', 3],
      ['sum/outer/dense/kernel_2', 4],
    ]);
    memory.dispose();
  });
});

describe('a memory from a file', () => {
  const w = tf.scalar(0);

  it('is refused once it is used where an entry has another shape', () => {
    const memory = restored({ 'sum/w': tf.zeros([2, 3]) });
    expectError(
      () => memory.prepare(keeping([3, 2]), { w }, true, { w }),
      'bad-state',
      'The saved optimizer holds `sum/w` of shape [2, 3], but `mine` keeps shape [3, 2] there. ' +
        'Load it with the strategy and options it was saved with.',
    );
  });

  it('is refused for the shape of an entry even while other variables are still to come', () => {
    const memory = restored({ 'sum/w': tf.zeros([2, 3]) });
    expect(() => memory.prepare(keeping([3, 2]), { w }, false, { w })).toThrow('keeps shape [3, 2] there');
  });

  it('is looked at once: what comes later is the strategy’s own', () => {
    const memory = restored({ 'sum/w': tf.zeros([2]) });
    memory.prepare(keeping([2]), { w }, true, { w });
    memory.advance({ 'sum/w': tf.zeros([5]) }, () => new Set());
    memory.prepare(keeping([2]), { w }, true, { w });
    expect(memory.state['sum/w']?.shape).toEqual([5]);
    memory.dispose();
  });

  it('may lack entries of variables that were not there when it was saved, and no others', () => {
    const both = { w, b: tf.scalar(0) };
    const memory = restored({ 'sum/w': tf.zeros([2]) });
    memory.prepare(keeping([2]), both, true, { w });
    expect(Object.keys(memory.state).sort()).toEqual(['sum/b', 'sum/w']);
    memory.dispose();
    expect(() => restored({ 'sum/w': tf.zeros([2]) }).prepare(keeping([2]), both, true, both)).toThrow(
      'holds no `sum/b`, which `mine` keeps and would forget',
    );
  });

  it('may hold entries that nothing is known of until all variables are there', () => {
    const memory = restored({ 'sum/w': tf.zeros([2]), 'sum/later': tf.zeros([2]) });
    memory.prepare(keeping([2]), { w }, false, { w });
    expect(Object.keys(memory.state).sort()).toEqual(['sum/later', 'sum/w']);
    memory.dispose();
    const complete = restored({ 'sum/w': tf.zeros([2]), 'sum/later': tf.zeros([2]) });
    expect(() => complete.prepare(keeping([2]), { w }, true, { w })).toThrow(
      '`sum/later` of shape [2], but `mine` has no such entry',
    );
  });
});
