import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { rnn } from '../../lab/cells/rnn.ts';
import { bitsByFrequency, encoded, RARE } from '../../lab/tasks/_text.ts';
import { charLm } from '../../lab/tasks/char-lm.ts';

beforeAll(() => tf.setBackend('cpu'));

const limits = { alphabet: 64, atLeast: 1 };

describe('a text as numbers', () => {
  it('numbers its characters in the order of their code points', () => {
    expect(encoded('banana', limits)).toEqual({ alphabet: ['a', 'b', 'n'], ids: Int32Array.of(1, 0, 2, 0, 2, 0) });
  });

  it('gives one number to all rare characters where there are too many', () => {
    expect(encoded('aaabbcd', { alphabet: 3, atLeast: 1 })).toEqual({
      alphabet: ['a', 'b', RARE],
      ids: Int32Array.of(0, 0, 0, 1, 1, 2, 2),
    });
  });

  it('counts a letter outside the basic plane as one, and any line break as one', () => {
    expect(encoded('\uFEFF😀\r\n😀\r😀', limits)).toEqual({
      alphabet: ['\n', '😀'],
      ids: Int32Array.of(1, 0, 1, 0, 1),
    });
  });

  it('refuses what cannot be learned from', () => {
    expect(() => encoded('abc', { alphabet: 64, atLeast: 10 })).toThrow(
      'The text has 3 characters; training needs at least 10. Use a longer text.',
    );
    expect(() => encoded('aaaa', limits)).toThrow(
      'The text repeats a single character; there is nothing to learn from it.',
    );
  });

  it('costs a predictor that knows the frequencies their cross-entropy', () => {
    // Frequencies 3/8 and 1/8 after counting each of four characters once more; one of each is tested.
    const bits = bitsByFrequency(Int32Array.of(0, 0, 1, 2), Int32Array.of(0, 3), 4);
    expect(bits).toBeCloseTo((Math.log2(8 / 3) + Math.log2(8 / 1)) / 2, 12);
  });
});

describe('char-lm', () => {
  const settings = { units: 4, characters: 5, batch: 3 };
  const problem = charLm.prepare('abcdefghij'.repeat(40), settings);

  it('asks for the character that follows', () => {
    const { x, y } = problem.batch(0, 1);
    expect(x.shape).toEqual([3, 5]);
    expect(Array.from(y.dataSync())).toEqual(Array.from(x.dataSync(), (id) => (id + 1) % 10));
  });

  it('gives the same batch to the same step and seed, and to no other', () => {
    const batch = (step: number, seed: number): string => problem.batch(step, seed).x.dataSync().join();
    expect(batch(4, 1)).toBe(batch(4, 1));
    expect(new Set([batch(4, 1), batch(5, 1), batch(4, 2), batch(5, 2)]).size).toBeGreaterThan(2);
  });

  it('scores a model that always says the same as one that guesses blindly: log2 of the alphabet', async () => {
    const model = problem.model(rnn, 1);
    model.setWeights(model.getWeights().map((weight) => tf.zerosLike(weight)));
    expect(await problem.evaluate(model)).toBeCloseTo(Math.log2(10), 5);
    const loss = problem.loss(model, problem.batch(0, 1)).dataSync()[0] as number;
    expect(loss * charLm.loss.perTrained).toBeCloseTo(Math.log2(10), 5);
  });

  it('leaves no tensor behind', async () => {
    const model = problem.model(rnn, 1);
    const before = tf.memory().numTensors;
    await problem.evaluate(model);
    expect(tf.memory().numTensors).toBe(before);
  });
});
