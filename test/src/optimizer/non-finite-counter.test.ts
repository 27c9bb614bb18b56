import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NonFiniteCounter } from '../../../src/optimizer/non-finite.ts';
import { expectError } from '../../support/fixtures.ts';

const REST = 'Lower the learning rate, or check the data; `maxConsecutiveNonFinite` sets the limit.';

/** Waits for pending reads. */
const reads = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

/** Counts steps on the device, each as a list of which of `a`, `b` and `c` are finite. */
function counter(limit: number) {
  const nonFiniteSteps = new NonFiniteCounter(limit);
  let step = 0;
  const take = (...steps: number[][]): void => {
    for (const finite of steps) {
      tf.tidy(() => {
        nonFiniteSteps.countOnDevice(['a', 'b', 'c'].slice(0, finite.length), tf.tensor1d(finite), step);
      });
      step += 1;
    }
  };
  return { nonFiniteSteps, take };
}

const GOOD = [1, 1, 1];
const BAD = [0, 1, 0];

afterEach(() => {
  vi.restoreAllMocks();
});

describe('NonFiniteCounter', () => {
  it('survives dispose during a read', async () => {
    const { nonFiniteSteps, take } = counter(1);
    take(BAD);
    await Promise.resolve();
    nonFiniteSteps.dispose();
    await reads();
    expect(tf.memory().numTensors).toBe(0);
  });
});

describe('steps counted on the device', () => {
  it('throw at the limit, in the next step', async () => {
    const { nonFiniteSteps, take } = counter(3);
    take(BAD, BAD, [1, 0, 0]);
    await reads();
    expectError(
      () => take(GOOD),
      'non-finite',
      `The gradients had NaN or Infinity for 3 steps in a row, last at step 2 in b, c. ${REST}`,
    );
    take(GOOD);
    nonFiniteSteps.dispose();
  });

  it('do not throw below the limit', async () => {
    const { nonFiniteSteps, take } = counter(3);
    take(BAD, BAD, GOOD);
    await reads();
    take(BAD, BAD, GOOD);
    await reads();
    take(GOOD);
    nonFiniteSteps.dispose();
  });

  it('are unaffected by a step without gradients', async () => {
    const { nonFiniteSteps, take } = counter(3);
    take(BAD, BAD, [], BAD);
    await reads();
    expect(() => take(GOOD)).toThrow('for 3 steps in a row, last at step 3 in a, c.');
    nonFiniteSteps.dispose();
  });

  it('are read at the limit, not before it, and not again during a read', async () => {
    const read = vi.spyOn(tf.Tensor.prototype, 'data');
    const { nonFiniteSteps, take } = counter(3);
    take(GOOD, GOOD);
    await reads();
    expect(read).not.toHaveBeenCalled();
    take(GOOD, GOOD, GOOD, GOOD, GOOD, GOOD, GOOD);
    await reads();
    expect(read).toHaveBeenCalledTimes(1);
    take(GOOD, GOOD, GOOD);
    await reads();
    expect(read).toHaveBeenCalledTimes(2);
    nonFiniteSteps.dispose();
  });

  it('use no tensor without a limit, and one tensor with a limit until disposed', () => {
    const before = tf.memory().numTensors;
    const endless = counter(Infinity);
    endless.take(BAD, BAD);
    expect(tf.memory().numTensors).toBe(before);
    const { nonFiniteSteps, take } = counter(9);
    take(BAD, GOOD, BAD);
    expect(tf.memory().numTensors).toBe(before + 1);
    nonFiniteSteps.dispose();
    nonFiniteSteps.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are freed when disposed before they are read', async () => {
    const { nonFiniteSteps, take } = counter(2);
    take(BAD, BAD);
    nonFiniteSteps.dispose();
    await reads();
    take(GOOD);
    nonFiniteSteps.dispose();
  });
});
