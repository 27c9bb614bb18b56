import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Recorder } from '../../../src/records/recorder.ts';
import type { StepRecord } from '../../../src/records/records.ts';
import '../../support/fixtures.ts';

/** A recorder, and steps of a device for it: step i has a norm of i + 1, clipped to 1. */
function recorder(window = 1000, onStep?: (record: StepRecord) => void) {
  const made = new Recorder(window, onStep);
  let step = 0;
  const take = (count: number): void => {
    for (const last = step + count; step < last; step += 1) {
      tf.tidy(() => {
        const normBefore = tf.scalar(step + 1);
        made.recordLater({
          ...{ step, variables: ['w'], norms: tf.reshape(normBefore, [1]) as tf.Tensor1D, finite: tf.tensor1d([1]) },
          ...{ normBefore, normAfter: tf.scalar(1), skipped: tf.scalar(0) },
        });
      });
    }
  };
  return { made, take };
}

const stepsOf = (records: readonly StepRecord[]): number[] => records.map(({ step }) => step);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, step) => step);

/** Lets reads that are under way come to an end. */
const reads = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

afterEach(() => {
  vi.restoreAllMocks();
});

describe('steps that are recorded on the device', () => {
  it('are read when there are 64 of them, all at once', async () => {
    const read = vi.spyOn(tf.Tensor.prototype, 'data');
    const { made, take } = recorder();
    take(63);
    await reads();
    expect(read).not.toHaveBeenCalled();
    expect(made.last).toBeUndefined();
    take(1);
    await reads();
    expect(read).toHaveBeenCalledTimes(1);
    expect(made.last).toMatchObject({ step: 63, normBefore: 64, normAfter: 1, clipped: true, skipped: false });
  });

  it('are all there for one who asks while they are read', async () => {
    const { made, take } = recorder();
    take(64);
    await Promise.resolve();
    await Promise.resolve();
    expect(stepsOf(await made.records())).toEqual(upTo(64));
  });

  it('leave nothing on the device once read', async () => {
    const before = tf.memory().numTensors;
    const { made, take } = recorder();
    take(5);
    expect(tf.memory().numTensors).toBe(before + 5);
    expect(stepsOf(await made.records())).toEqual(upTo(5));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leave nothing on the device once disposed, and are not read any more', async () => {
    const before = tf.memory().numTensors;
    const { made, take } = recorder();
    take(5);
    made.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(await made.records()).toEqual([]);
  });

  it('are told to a listener in order, after all have been kept', async () => {
    const told: [step: number, last: number | undefined][] = [];
    const { made, take } = recorder(2, ({ step }) => told.push([step, made.last?.step]));
    take(3);
    expect(stepsOf(await made.records())).toEqual([1, 2]);
    expect(told).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
  });
});
