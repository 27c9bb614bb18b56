// What a wrapper records of its steps.
import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, type ClipOptions, type StepRecord } from 'gradclip';
import { globalNorm, none, perValue } from 'gradclip/strategies';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordOf, statsOf } from '../../../src/records/records.ts';
import { BACKENDS, variables } from '../../support/fixtures.ts';

/** Takes a step for each pair of gradients [a, b]. */
function steps(pairs: readonly (readonly [number[], number[]])[], options?: ClipOptions, strategy = globalNorm()) {
  const problem = variables({ a: [0, 0], b: [0] });
  const optimizer = clipOptimizer(tf.train.sgd(0.01), strategy, options);
  const [a, b] = problem.names as [string, string];
  for (const [first, second] of pairs) {
    optimizer.applyGradients({ [a]: tf.tensor1d(first), [b]: tf.tensor1d(second) } as never);
  }
  return { optimizer, a, b };
}

describe.each(BACKENDS)('on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterAll(() => tf.setBackend('cpu'));

  it('each step has a record of norms, clipping and the variable that dominates', async () => {
    const { optimizer, a, b } = steps(
      [
        [[3, 4], [0]], // ‖g‖ = 5, all of it in a
        [[0.3, 0.4], [0]], // 0.5: passes
        [[3, 4], [12]], // 13: b alone makes 144 of 169
        [[1, 0], [1]], // √2: neither makes more than half
        [[0, 0], [0]],
      ],
      {},
      globalNorm({ maxNorm: 1 }),
    );
    const close = (value: number): number => expect.closeTo(value, 5) as number;
    const records = await optimizer.records();
    const asExpected = records.map(({ step, normBefore, normAfter, clipped, skipped, dominant }) => {
      return { step, normBefore, normAfter, clipped, skipped, dominant };
    });
    expect(asExpected).toEqual([
      { step: 0, normBefore: 5, normAfter: close(1), clipped: true, skipped: false, dominant: a },
      { step: 1, normBefore: close(0.5), normAfter: close(0.5), clipped: false, skipped: false, dominant: a },
      { step: 2, normBefore: 13, normAfter: close(1), clipped: true, skipped: false, dominant: b },
      { step: 3, normBefore: close(Math.SQRT2), normAfter: close(1), clipped: true, skipped: false },
      { step: 4, normBefore: 0, normAfter: 0, clipped: false, skipped: false },
    ]);
    const stats = await optimizer.stats();
    expect(stats).toMatchObject({ steps: 5, clipRate: 0.6, skipped: 0, dominant: { [a]: 2, [b]: 1 } });
    expect(stats.normBefore).toMatchObject({ min: 0, median: close(Math.SQRT2), p75: 5, max: 13 });
    expect(stats.normBefore.p25).toBeCloseTo(0.5, 6);
    // Linear interpolation between the fourth and the fifth of 0, 0.5, √2, 5, 13.
    expect(stats.normBefore.p90).toBeCloseTo(5 + 0.6 * 8, 5);
    expect(stats.normBefore.p99).toBeCloseTo(5 + 0.96 * 8, 5);
    expect(stats.normAfter.max).toBeCloseTo(1, 5);
  });
});

it('clipping is noticed where it changes the direction as well', async () => {
  const { optimizer } = steps([[[3, 0.1], [0]]], {}, perValue({ maxAbs: 1 }) as never);
  expect((await optimizer.records())[0]).toMatchObject({
    clipped: true,
    normAfter: expect.closeTo(1.005, 3) as number,
  });
});

it('stats of no steps, and of steps that are not finite, are numbers that JSON can hold', async () => {
  const zeros = { min: 0, p25: 0, median: 0, p75: 0, p90: 0, p99: 0, max: 0 };
  const nothing = {
    ...{ steps: 0, clipRate: 0, skipped: 0, nonFinite: 0 },
    ...{ normBefore: zeros, normAfter: zeros, dominant: {} },
  };
  expect(await steps([]).optimizer.stats()).toEqual(nothing);
  const { optimizer } = steps([[[NaN, 1], [0]]], { onNonFinite: 'skip' });
  expect(await optimizer.stats()).toEqual({ ...nothing, steps: 1, skipped: 1, nonFinite: 1 });
});

it('a record holds the norm of each variable before clipping, also as JSON', async () => {
  const { optimizer, a, b } = steps([[[3, 4], [12]]], {}, globalNorm({ maxNorm: 1 }));
  const [record] = await optimizer.records();
  expect(record?.norms).toEqual({ [a]: 5, [b]: 12 });
  expect(JSON.parse(JSON.stringify(record))).toMatchObject({ norms: { [a]: 5, [b]: 12 } });
});

it('resetStats forgets the records and keeps the count of steps', async () => {
  const { optimizer, a } = steps([
    [[3, 4], [0]],
    [[3, 4], [0]],
  ]);
  optimizer.resetStats();
  expect(optimizer.lastRecord).toBeUndefined();
  expect(await optimizer.records()).toEqual([]);
  optimizer.applyGradients({ [a]: tf.tensor1d([0, 0.5]) });
  expect(await optimizer.records()).toMatchObject([{ step: 2, normBefore: 0.5 }]);
  expect(optimizer.lastRecord?.step).toBe(2);
});

describe('the window', () => {
  const many = (options: ClipOptions) =>
    steps(
      Array.from({ length: 300 }, (_, step) => [[step, 0], [0]] as const).map(([a, b]) => [[...a], [...b]] as const),
      options,
      none() as never,
    ).optimizer;

  it.each([1, 7, 100])('of %d keeps that many of the latest steps', async (window) => {
    const optimizer = many({ window });
    const records = await optimizer.records();
    expect(records.map(({ step }) => step)).toEqual(Array.from({ length: window }, (_, index) => 300 - window + index));
    expect((await optimizer.stats()).steps).toBe(window);
  });

  it('of 0 keeps none, but a listener still receives each record', async () => {
    const received: StepRecord[] = [];
    const optimizer = many({ window: 0, onStep: (record) => received.push(record) });
    expect(await optimizer.records()).toEqual([]);
    expect(received.map(({ normBefore }) => normBefore)).toEqual(Array.from({ length: 300 }, (_, step) => step));
  });

  it('of 0 without a listener measures nothing', async () => {
    const optimizer = many({ window: 0 });
    expect(await optimizer.records()).toEqual([]);
    expect((await optimizer.stats()).steps).toBe(0);
    expect(optimizer.iterations).toBe(300);
  });
});

describe('a listener', () => {
  it('is called at the end of the step, after weights and iterations changed', () => {
    const problem = variables({ a: [0] });
    const seen: unknown[] = [];
    const optimizer = clipOptimizer(tf.train.sgd(1), none(), {
      onStep: ({ step }) => seen.push([step, optimizer.iterations, problem.values()[0]![0]]),
    });
    for (let step = 0; step < 2; step += 1) {
      optimizer.applyGradients({ [problem.names[0]!]: tf.tensor1d([1]) } as never);
    }
    expect(seen).toEqual([
      [0, 1, -1],
      [1, 2, -2],
    ]);
  });

  it('may take a step itself', async () => {
    const problem = variables({ a: [0] });
    const step = (): void => {
      optimizer.applyGradients({ [problem.names[0]!]: tf.tensor1d([1]) } as never);
    };
    const optimizer = clipOptimizer(tf.train.sgd(1), none(), {
      onStep: (record) => {
        if (record.step === 0) step();
      },
    });
    step();
    expect(problem.values()).toEqual([[-2]]);
    expect((await optimizer.records()).map((record) => record.step)).toEqual([0, 1]);
  });
});

describe('the record of a step', () => {
  const measured = {
    ...{ step: 3, variables: ['a', 'b'], norms: [4, 3], finite: [1, 1], normBefore: 5, normAfter: 5, skipped: 0 },
  };

  it('names what dominated, with its share of the norm, at most 1', () => {
    const { normBefore, normAfter } = measured;
    const plain = { step: 3, normBefore, normAfter, norms: { a: 4, b: 3 }, clipped: false, skipped: false };
    expect(recordOf(measured)).toStrictEqual({ ...plain, dominant: 'a', dominantShare: 0.8 });
    // A norm of all that was rounded down.
    expect(recordOf({ ...measured, norms: [0, 5.000001] })).toStrictEqual({
      ...plain,
      norms: { a: 0, b: 5.000001 },
      dominant: 'b',
      dominantShare: 1,
    });
    const half = Math.sqrt(12.5);
    expect(recordOf({ ...measured, norms: [half, half] })).toStrictEqual({ ...plain, norms: { a: half, b: half } });
  });

  it('names what was not finite, and then neither that it was clipped nor what dominated', () => {
    expect(recordOf({ ...measured, finite: [1, 0], normAfter: 1 })).toStrictEqual({
      ...{ step: 3, normBefore: 5, normAfter: 1, norms: { a: 4, b: 3 } },
      ...{ clipped: false, skipped: false, nonFinite: ['b'] },
    });
  });

  it('that was skipped has nothing after it', () => {
    expect(recordOf({ ...measured, skipped: 1 })).toMatchObject({ normAfter: 0, clipped: false, skipped: true });
  });
});

it('stats sum up norms that are finite, and norms after clipping of the steps that were taken', () => {
  const taken = { step: 0, normBefore: 6, normAfter: 3, norms: { a: 6 }, clipped: true, skipped: false };
  const records: StepRecord[] = [
    { ...taken, dominant: 'a' },
    taken,
    { ...taken, normBefore: 8, dominant: 'a' },
    { ...taken, normBefore: Infinity, normAfter: 0, clipped: false, skipped: true, nonFinite: ['b'] },
  ];
  expect(statsOf(records)).toEqual({
    ...{ steps: 4, clipRate: 0.75, skipped: 1, nonFinite: 1, dominant: { a: 2 } },
    normBefore: {
      min: 6,
      p25: 6,
      median: 6,
      p75: 7,
      p90: expect.closeTo(7.6) as number,
      p99: expect.closeTo(7.96) as number,
      max: 8,
    },
    normAfter: { min: 3, p25: 3, median: 3, p75: 3, p90: 3, p99: 3, max: 3 },
  });
});
