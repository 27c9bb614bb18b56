import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { GiveUp, nonFiniteStep } from '../../../src/optimizer/give-up.ts';
import { expectError } from '../../support/fixtures.ts';

const REST = 'Lower the learning rate, or look at the data; `maxConsecutiveNonFinite` sets when to give up.';

/** Lets reads that are under way come to an end. */
const reads = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

/** Counts steps on the device, each given as which of `a`, `b` and `c` are finite. */
function counter(limit: number) {
  const giveUp = new GiveUp(limit);
  let step = 0;
  const take = (...steps: number[][]): void => {
    for (const finite of steps) {
      tf.tidy(() => {
        giveUp.countOnDevice(['a', 'b', 'c'].slice(0, finite.length), tf.tensor1d(finite), step);
      });
      step += 1;
    }
  };
  return { giveUp, take };
}

const GOOD = [1, 1, 1];
const BAD = [0, 1, 0];

afterEach(() => {
  vi.restoreAllMocks();
});

describe('steps counted on the device', () => {
  it('are given up after as many as the limit, in the step after', async () => {
    const { giveUp, take } = counter(3);
    take(BAD, BAD, [1, 0, 0]);
    await reads();
    expectError(
      () => take(GOOD),
      'non-finite',
      `The gradients held NaN or Infinity for 3 steps in a row, last at step 2 in b, c. ${REST}`,
    );
    take(GOOD);
    giveUp.dispose();
  });

  it('are not given up after fewer in a row', async () => {
    const { giveUp, take } = counter(3);
    take(BAD, BAD, GOOD);
    await reads();
    take(BAD, BAD, GOOD);
    await reads();
    take(GOOD);
    giveUp.dispose();
  });

  it('go on where they were after a step without gradients', async () => {
    const { giveUp, take } = counter(3);
    take(BAD, BAD, [], BAD);
    await reads();
    expect(() => take(GOOD)).toThrow('for 3 steps in a row, last at step 3 in a, c.');
    giveUp.dispose();
  });

  it('are read at the limit and not before, and not again while they are read', async () => {
    const read = vi.spyOn(tf.Tensor.prototype, 'data');
    const { giveUp, take } = counter(3);
    take(GOOD, GOOD);
    await reads();
    expect(read).not.toHaveBeenCalled();
    take(GOOD, GOOD, GOOD, GOOD, GOOD, GOOD, GOOD);
    await reads();
    expect(read).toHaveBeenCalledTimes(1);
    take(GOOD, GOOD, GOOD);
    await reads();
    expect(read).toHaveBeenCalledTimes(2);
    giveUp.dispose();
  });

  it('take no room without a limit, and one tensor with one until disposed', () => {
    const before = tf.memory().numTensors;
    const endless = counter(Infinity);
    endless.take(BAD, BAD);
    expect(tf.memory().numTensors).toBe(before);
    const { giveUp, take } = counter(9);
    take(BAD, GOOD, BAD);
    expect(tf.memory().numTensors).toBe(before + 1);
    giveUp.dispose();
    giveUp.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are forgotten when disposed before they are read', async () => {
    const { giveUp, take } = counter(2);
    take(BAD, BAD);
    giveUp.dispose();
    await reads();
    take(GOOD);
    giveUp.dispose();
  });
});

it('the error names every variable that was not finite', () => {
  expect(nonFiniteStep(['a', 'b'], 7).message).toBe(
    'Step 7: the gradients of a, b hold NaN or Infinity. No variable was changed. ' +
      "Look at the loss and the data of this step, or choose another `onNonFinite` than 'throw'.",
  );
});
