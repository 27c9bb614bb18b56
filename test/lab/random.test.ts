import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomNumbers, randomIntegers } from '../../lab/random.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('seeded random numbers', () => {
  it('equal those of tfjs', () => {
    // (1 · 7919 + 3 · 104729 + 1) mod 2³¹ − 1.
    const expected = tf.randomUniform([5], 0, 1, 'float32', 322_107).dataSync();
    expect(randomNumbers(5, 3)).toEqual(expected);
  });

  it('depend on all seeds and their order, and on nothing else', () => {
    expect(randomNumbers(3, 1, 2)).toEqual(randomNumbers(3, 1, 2));
    expect(randomNumbers(3, 1, 2)).not.toEqual(randomNumbers(3, 2, 1));
    expect(randomNumbers(3, 1, 2)).not.toEqual(randomNumbers(3, 1, 3));
  });

  it('are uniform, and integers stay below their bound', () => {
    const drawn = randomIntegers(6000, 6, 7);
    for (const one of [0, 1, 2, 3, 4, 5])
      expect(Math.abs(drawn.filter((each) => each === one).length - 1000)).toBeLessThan(120);
    expect(randomNumbers(10_000, 7).every((one) => one >= 0 && one < 1)).toBe(true);
  });
});
