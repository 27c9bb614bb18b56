import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { fractions, wholeNumbers } from '../../lab/random.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('numbers from seeds', () => {
  it('are those of tfjs', () => {
    // (1 · 7919 + 3 · 104729 + 1) mod 2³¹ − 1.
    const expected = tf.randomUniform([5], 0, 1, 'float32', 322_107).dataSync();
    expect(fractions(5, 3)).toEqual(expected);
  });

  it('are the same for the same seeds, and others for others, in another order too', () => {
    expect(fractions(3, 1, 2)).toEqual(fractions(3, 1, 2));
    expect(fractions(3, 1, 2)).not.toEqual(fractions(3, 2, 1));
    expect(fractions(3, 1, 2)).not.toEqual(fractions(3, 1, 3));
  });

  it('are spread evenly, and whole ones stay below their bound', () => {
    const drawn = wholeNumbers(6000, 6, 7);
    for (const one of [0, 1, 2, 3, 4, 5])
      expect(Math.abs(drawn.filter((each) => each === one).length - 1000)).toBeLessThan(120);
    expect(fractions(10_000, 7).every((one) => one >= 0 && one < 1)).toBe(true);
  });
});
