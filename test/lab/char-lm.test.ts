import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { rnn } from '../../lab/cells/rnn.ts';
import { unigramBitsPerCharacter, encodeText, RARE_CHARACTER } from '../../lab/tasks/_text.ts';
import { charLm } from '../../lab/tasks/char-lm.ts';

beforeAll(() => tf.setBackend('cpu'));

const limits = { alphabet: 64, atLeast: 1 };

describe('an encoded text', () => {
  it('assigns ids in the order of the code points', () => {
    expect(encodeText('banana', limits)).toEqual({ alphabet: ['a', 'b', 'n'], ids: Int32Array.of(1, 0, 2, 0, 2, 0) });
  });

  it('assigns one id to all rare characters if there are too many', () => {
    expect(encodeText('aaabbcd', { alphabet: 3, atLeast: 1 })).toEqual({
      alphabet: ['a', 'b', RARE_CHARACTER],
      ids: Int32Array.of(0, 0, 0, 1, 1, 2, 2),
    });
  });

  it('counts a surrogate pair and any line break as one character', () => {
    expect(encodeText('\uFEFF😀\r\n😀\r😀', limits)).toEqual({
      alphabet: ['\n', '😀'],
      ids: Int32Array.of(1, 0, 1, 0, 1),
    });
  });

  it('rejects texts that are too short or constant', () => {
    expect(() => encodeText('abc', { alphabet: 64, atLeast: 10 })).toThrow(
      'The text has 3 characters, but training needs at least 10. Use a longer text.',
    );
    expect(() => encodeText('aaaa', limits)).toThrow('The text repeats a single character. Use a text that varies.');
  });

  it('has the cross-entropy of the character frequencies as its baseline', () => {
    // Frequencies 3/8 and 1/8 after adding one to each of four counts; one character of each is validated.
    const bits = unigramBitsPerCharacter(Int32Array.of(0, 0, 1, 2), Int32Array.of(0, 3), 4);
    expect(bits).toBeCloseTo((Math.log2(8 / 3) + Math.log2(8 / 1)) / 2, 12);
  });
});

describe('char-lm', () => {
  const settings = { units: 4, characters: 5, batch: 3 };
  const problem = charLm.prepare('abcdefghij'.repeat(40), settings);

  it('has the next character as target', () => {
    const { x, y } = problem.batch(0, 1);
    expect(x.shape).toEqual([3, 5]);
    expect(Array.from(y.dataSync())).toEqual(Array.from(x.dataSync(), (id) => (id + 1) % 10));
  });

  it('creates the same batch for the same step and seed only', () => {
    const batch = (step: number, seed: number): string => problem.batch(step, seed).x.dataSync().join();
    expect(batch(4, 1)).toBe(batch(4, 1));
    expect(new Set([batch(4, 1), batch(5, 1), batch(4, 2), batch(5, 2)]).size).toBeGreaterThan(2);
  });

  it('scores an untrained model by log2 of the alphabet size', async () => {
    const model = problem.model(rnn, 1);
    model.setWeights(model.getWeights().map((weight) => tf.zerosLike(weight)));
    expect((await problem.evaluate(model, 'test')).value).toBeCloseTo(Math.log2(10), 5);
    const loss = problem.loss(model, problem.batch(0, 1)).dataSync()[0] as number;
    expect(loss * charLm.loss.perTrained).toBeCloseTo(Math.log2(10), 5);
  });

  it('leaks no tensor', async () => {
    const model = problem.model(rnn, 1);
    const before = tf.memory().numTensors;
    await problem.evaluate(model, 'test');
    expect(tf.memory().numTensors).toBe(before);
  });
});
