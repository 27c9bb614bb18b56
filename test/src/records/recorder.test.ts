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

/** Waits for reads in progress. */
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

  it('are returned to a caller who asks while they are read', async () => {
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

  it('are passed to a listener in order, after all of them were kept', async () => {
    const received: [step: number, last: number | undefined][] = [];
    const { made, take } = recorder(2, ({ step }) => received.push([step, made.last?.step]));
    take(3);
    expect(stepsOf(await made.records())).toEqual([1, 2]);
    expect(received).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
  });

  it('reach a listener completely that throws, and its first error is thrown once, at the next step', async () => {
    const received: number[] = [];
    const { made, take } = recorder(1000, ({ step }) => {
      received.push(step);
      if (step % 2 === 1) throw new Error(`listener at ${step}`);
    });
    take(64);
    await reads();
    expect(received).toEqual(upTo(64));
    expect(() => {
      take(1);
    }).toThrow('listener at 1');
    expect(stepsOf(await made.records())).toEqual(upTo(65));
  });

  it('throw what a listener threw when the records are read', async () => {
    const { made, take } = recorder(1000, () => {
      throw new Error('listener');
    });
    take(3);
    await expect(made.records()).rejects.toThrow('listener');
    expect(stepsOf(await made.records())).toEqual(upTo(3));
  });

  it('throw what a failed read threw', async () => {
    vi.spyOn(tf.Tensor.prototype, 'data').mockRejectedValueOnce(new Error('device lost'));
    const { made, take } = recorder();
    take(64);
    await reads();
    await expect(made.records()).rejects.toThrow('device lost');
    take(1);
    expect(stepsOf(await made.records())).toEqual([64]);
  });

  it('never reach a listener after dispose, even if they are being read', async () => {
    const before = tf.memory().numTensors;
    const received: number[] = [];
    const { made, take } = recorder(1000, ({ step }) => {
      received.push(step);
      if (step === 64) made.dispose();
    });
    take(64);
    await Promise.resolve();
    await reads();
    take(10);
    await made.records();
    expect(received).toEqual(upTo(65));
    const other = recorder(1000, ({ step }) => received.push(step));
    other.take(64);
    await Promise.resolve();
    other.made.dispose();
    await reads();
    expect(received).toEqual(upTo(65));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('reach the listener but not the records after a reset', async () => {
    const received: number[] = [];
    const { made, take } = recorder(1000, ({ step }) => received.push(step));
    take(3);
    made.reset();
    take(2);
    expect(stepsOf(await made.records())).toEqual([3, 4]);
    expect(received).toEqual(upTo(5));
  });
});
