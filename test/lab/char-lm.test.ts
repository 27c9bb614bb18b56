import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { lstm } from '../../lab/cells/lstm.ts';
import { rnn } from '../../lab/cells/rnn.ts';
import {
  createTextAlphabet,
  measureCoverage,
  RARE_CHARACTER,
  toCodePoints,
  unigramBitsPerCharacter,
} from '../../lab/tasks/_text.ts';
import { charLm, planStreams } from '../../lab/tasks/char-lm.ts';

beforeAll(() => tf.setBackend('cpu'));

const codes = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0)!);

describe('a text', () => {
  it('becomes code points in shared memory, in which every line break is one line feed', () => {
    const points = toCodePoints('\uFEFF😀\r\na\r\r\n😀\n\r');
    expect([...points]).toEqual(codes('😀\na\n\n😀\n\n'));
    expect(points.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('gives the most frequent characters ids in the order of their code points, and one id to all others', () => {
    const all = createTextAlphabet(toCodePoints('banana'), 64);
    expect(all.characters).toEqual(['a', 'b', 'n', RARE_CHARACTER]);
    expect(codes('banx').map((point) => all.ids[point])).toEqual([1, 0, 2, 3]);
    const few = createTextAlphabet(toCodePoints('aaabbcd'), 3);
    expect(few.characters).toEqual(['a', 'b', RARE_CHARACTER]);
    expect(codes('abcd').map((point) => few.ids[point])).toEqual([0, 1, 2, 2]);
    expect(measureCoverage(toCodePoints('abcdx'), few)).toBeCloseTo(2 / 5, 12);
  });

  it('is rejected if it is constant', () => {
    expect(() => createTextAlphabet(toCodePoints('aaaa'), 64)).toThrow(
      'The text repeats a single character. Use a text that varies.',
    );
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
    expect((await problem.evaluate(model, 'test')).value).toBeCloseTo(Math.log2(11), 5);
    const loss = problem.loss(model, problem.batch(0, 1)).dataSync()[0] as number;
    expect(loss * charLm.loss.perTrained).toBeCloseTo(Math.log2(11), 5);
  });

  it('leaks no tensor', async () => {
    const model = problem.model(rnn, 1);
    const before = tf.memory().numTensors;
    await problem.evaluate(model, 'test');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('scores every character of a part once, after the characters before it', () => {
    for (const scored of [1, 999, 1000, 1001, 34_567, 200_000]) {
      const seen = new Uint8Array(scored);
      for (const { starts, warmUp, length } of planStreams(scored)) {
        expect(starts.length).toBeLessThanOrEqual(32);
        for (const start of starts) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(start === 0 ? 0 : 100).toBe(warmUp);
          for (let time = 0; time < length; time += 1) seen[start + warmUp + time]! += 1;
        }
      }
      expect(seen.every((times) => times === 1)).toBe(true);
    }
  });

  it('scores a long part as if the model read it character by character from its beginning', async () => {
    // 2,650 held-out characters: a first stream, one with a warm-up, and a short rest.
    const text = Array.from({ length: 26_510 }, (_, index) => 'abcde'[(index * index + (index >> 3)) % 5]).join('');
    const long = charLm.prepare(text, settings);
    const model = long.model(lstm, 3);
    const { value } = await long.evaluate(model, 'test');

    const ids = Array.from(text.slice(-2651), (character) => 'abcde'.indexOf(character));
    const logits = model.layers.reduce<tf.Tensor>(
      (input, layer) => layer.apply(input) as tf.Tensor,
      tf.oneHot([ids.slice(0, -1)], 6),
    );
    const likelihoods = tf.mul(tf.logSoftmax(logits), tf.oneHot([ids.slice(1)], 6));
    const bits = -tf.sum(likelihoods).dataSync()[0]! / Math.LN2 / 2650;
    expect(value).toBeCloseTo(bits, 4);
  });

  it('limits the cost of scoring on request', () => {
    const text = 'abcdefghij'.repeat(400);
    const { scored, parts } = charLm.prepare(text, { ...settings, scored: 120 }).dataReport!;
    expect(parts).toEqual({ training: 3200, validation: 400, test: 400 });
    expect(scored).toEqual({ validation: 120, test: 120 });
    expect(charLm.prepare(text, settings).dataReport!.scored.test).toBe(399);
  });

  it('takes the alphabet from the training part and says how much of the test part it covers', () => {
    const report = charLm.prepare(`${'abcd'.repeat(100)}${'abxy'.repeat(25)}`, {
      ...settings,
      characters: 5,
    }).dataReport!;
    expect(report.coverage).toMatchObject([{ of: 'characters', size: 4, share: 0.48 }]);
    expect(report.warnings).toEqual([
      '52 % of the characters in the test part are none of the 4 known characters. Set alphabet=5 to cover almost all.',
    ]);
  });

  it('says which alphabet a Chinese text needs', () => {
    // 300 different characters, each as often as the others.
    const text = Array.from({ length: 6000 }, (_, index) => String.fromCodePoint(0x4e00 + ((index * 7) % 300))).join(
      '',
    );
    const [warning = ''] = charLm.prepare(text, settings).dataReport!.warnings;
    expect(warning).toMatch(/^79 % of the characters .* 63 known characters\. Set alphabet=300 to cover almost all\.$/);
    expect(charLm.prepare(text, { ...settings, alphabet: 301 }).dataReport!.warnings).toEqual([]);
  });

  it('is rejected if it is too short', () => {
    expect(() => charLm.prepare('abc', { ...settings, characters: 5 })).toThrow(
      'The text has 3 characters, but training needs at least 120. Use a longer text.',
    );
  });
});
