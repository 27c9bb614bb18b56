// Where reading would stall (webgl, webgpu), a step must not read. The cpu backend stands in for the device here, under a
// name for which the framework takes the kernels of a device.
import * as tf from '@tensorflow/tfjs';
import { chain, clipOptimizer, type ClipOptions, type StepRecord } from 'gradclip';
import { defineStrategy, globalNormOf, scaleAll } from 'gradclip/define';
import { adaptivePercentile, globalNorm, none, perLayer, perValue, perVariable } from 'gradclip/strategies';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEVICE, registerDevice } from '../../../src/testing/backends.ts';
import { expectError, optimizerCalled, OPTIMIZERS, variables } from '../../support/fixtures.ts';

beforeAll(async () => {
  registerDevice();
  await tf.setBackend(DEVICE);
});
afterAll(async () => {
  await tf.setBackend('cpu');
});

/** Lets reads that are under way come to an end. */
const reads = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

let counted = 0;
beforeEach(() => {
  counted = 0;
  for (const method of ['dataSync', 'data', 'array', 'arraySync'] as const) {
    const original = tf.Tensor.prototype[method] as (this: tf.Tensor) => unknown;
    vi.spyOn(tf.Tensor.prototype, method).mockImplementation(function (this: tf.Tensor) {
      counted += 1;
      return original.call(this) as never;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

const skipsAtOdd = defineStrategy({
  id: 'skips-at-odd-steps',
  title: 'Skips at odd steps',
  laws: { direction: 'none', idempotent: false },
  fields: {},
  init: () => ({ calls: tf.scalar(0) }),
  clip: (_options, gradients, { calls }) => ({
    gradients: scaleAll(gradients, 0.5),
    state: { calls: tf.add(calls, 1) },
    skip: tf.mod(calls, 2) as tf.Scalar,
  }),
});

const allMemory = (optimizer: tf.Optimizer): unknown =>
  Object.values(optimizer as unknown as Record<string, unknown>).flatMap((value) => {
    const held = Array.isArray(value)
      ? (value as { variable: tf.Variable }[]).map(({ variable }) => variable)
      : [value];
    return held.filter((one) => one instanceof tf.Tensor).map((one) => Array.from((one as tf.Tensor).dataSync()));
  });

describe('a non-finite step on a device', () => {
  it.each(Object.keys(OPTIMIZERS))('changes neither the weights nor the state of %s with `skip`', (name) => {
    const problem = variables({ a: [1, 2, 3], b: [0.5, -1] });
    const inner = optimizerCalled(name);
    const optimizer = clipOptimizer(inner, adaptivePercentile({ window: 5 }), { onNonFinite: 'skip' });
    optimizer.applyGradients(problem.gradients(1) as never);
    const before = [problem.values(), allMemory(inner), optimizer.state['filled/global']!.dataSync()[0]];
    optimizer.applyGradients({ ...problem.gradients(2), [problem.names[0]!]: tf.tensor1d([NaN, 1, 2]) } as never);
    optimizer.applyGradients({ ...problem.gradients(2), [problem.names[1]!]: tf.tensor1d([-Infinity, 1]) } as never);
    expect([problem.values(), allMemory(inner), optimizer.state['filled/global']!.dataSync()[0]]).toEqual(before);
    optimizer.applyGradients(problem.gradients(3) as never);
    expect(problem.values()).not.toEqual(before[0]);
    expect(optimizer.state['filled/global']!.dataSync()[0]).toBe(2);
  });

  it('changes no variable of another copy of tfjs that was loaded first', () => {
    const problem = variables({ a: [1, 2] });
    const itsClass = Object.create(
      tf.Tensor.prototype,
      Object.getOwnPropertyDescriptors(tf.Variable.prototype),
    ) as object;
    const variable = tf.engine().registeredVariables[problem.names[0]!]!;
    Object.setPrototypeOf(variable, itsClass);
    const optimizer = clipOptimizer(tf.train.sgd(1), none(), { onNonFinite: 'skip' });
    optimizer.applyGradients({ [variable.name]: tf.tensor1d([NaN, 1]) } as never);
    expect(problem.values()).toEqual([[1, 2]]);
    optimizer.applyGradients({ [variable.name]: tf.tensor1d([1, 1]) } as never);
    expect(problem.values()).toEqual([[0, 1]]);
  });

  it('is skipped by default, applied without its non-finite elements with `zero`, and as it is with `propagate`', () => {
    const run = (options: ClipOptions): number[][] => {
      const problem = variables({ a: [0, 0, 0] });
      const optimizer = clipOptimizer(tf.train.sgd(1), none(), options);
      optimizer.applyGradients({ [problem.names[0]!]: tf.tensor1d([NaN, Infinity, 2]) } as never);
      return problem.values();
    };
    expect(run({ onNonFinite: 'zero' })).toEqual([[0, 0, -2]]);
    expect(run({})).toEqual([[0, 0, 0]]);
    expect(run({ onNonFinite: 'propagate' })).toEqual([[NaN, -Infinity, -2]]);
  });

  it('is not counted with `propagate`', async () => {
    const problem = variables({ a: [0] });
    const options = { onNonFinite: 'propagate', maxConsecutiveNonFinite: 1 } as const;
    const optimizer = clipOptimizer(tf.train.sgd(1), none(), options);
    for (let step = 0; step < 3; step += 1) {
      optimizer.applyGradients({ [problem.names[0]!]: tf.tensor1d([NaN]) } as never);
      await reads();
    }
    expect(problem.values()).toEqual([[NaN]]);
  });

  it('throws with `throw`, which reads from the device', () => {
    const problem = variables({ a: [0, 0, 0] });
    const optimizer = clipOptimizer(tf.train.sgd(1), none(), { onNonFinite: 'throw' });
    expectError(
      () => optimizer.applyGradients({ [problem.names[0]!]: tf.tensor1d([NaN, Infinity, 2]) } as never),
      'non-finite',
      `Step 0: the gradients of ${problem.names[0]!} have NaN or Infinity. No variable changed. ` +
        'Check the loss and the data of this step, or change `onNonFinite`.',
    );
  });

  it.each(['skip', 'zero'] as const)('is counted with `%s`, and a later step throws at the limit', async (policy) => {
    const problem = variables({ a: [0, 0, 0], b: [1] });
    const optimizer = clipOptimizer(tf.train.sgd(1), none(), { onNonFinite: policy, maxConsecutiveNonFinite: 4 });
    const step = (first: number): void => {
      optimizer.applyGradients({ ...problem.gradients(0), [problem.names[0]!]: tf.tensor1d([first, 1, 1]) } as never);
    };
    for (const first of [NaN, 1, NaN, NaN]) step(first);
    await reads();
    for (const first of [NaN, NaN, NaN, NaN]) step(first);
    await reads();
    expectError(
      () => step(1),
      'non-finite',
      `The gradients had NaN or Infinity for 6 steps in a row, last at step 7 in ${problem.names[0]!}. ` +
        'Lower the learning rate, or check the data; `maxConsecutiveNonFinite` sets the limit.',
    );
    for (const first of [1, 1, 1, 1]) step(first);
    await reads();
    step(1);
    optimizer.dispose();
  });
});

describe('a step that the strategy skips on the device', () => {
  it.each(Object.keys(OPTIMIZERS))(
    'changes neither the weights nor the state of %s, but advances the strategy',
    (name) => {
      const problem = variables({ a: [1, 2, 3], b: [0.5, -1] });
      const inner = optimizerCalled(name);
      const optimizer = clipOptimizer(inner, skipsAtOdd());
      optimizer.applyGradients(problem.gradients(1) as never);
      const before = [problem.values(), allMemory(inner)];
      optimizer.applyGradients(problem.gradients(2) as never);
      expect([problem.values(), allMemory(inner)]).toEqual(before);
      expect(optimizer.state['calls']!.dataSync()[0]).toBe(2);
      optimizer.applyGradients(problem.gradients(3) as never);
      expect(problem.values()).not.toEqual(before[0]);
    },
  );

  it('is recorded as skipped', async () => {
    const problem = variables();
    const optimizer = clipOptimizer(tf.train.sgd(1), skipsAtOdd());
    for (let step = 0; step < 4; step += 1) optimizer.applyGradients(problem.gradients(step) as never);
    expect((await optimizer.records()).map(({ skipped, normAfter }) => [skipped, normAfter > 0])).toEqual([
      [false, true],
      [true, false],
      [false, true],
      [true, false],
    ]);
  });

  it('restores `assign`, even if the optimizer throws', () => {
    const problem = variables();
    const assign = Reflect.get(tf.Variable.prototype, 'assign') as unknown;
    const inner = tf.train.sgd(1);
    inner.applyGradients = () => {
      throw new Error('the device is lost');
    };
    const optimizer = clipOptimizer(inner, skipsAtOdd());
    expect(() => optimizer.applyGradients(problem.gradients(1) as never)).toThrow('the device is lost');
    expect(Reflect.get(tf.Variable.prototype, 'assign')).toBe(assign);
  });
});

describe('reading from the device', () => {
  const strategies = {
    none: none(),
    'global-norm': globalNorm({ maxNorm: 0.5 }),
    'per-value': perValue({ maxAbs: 0.5 }),
    'per-variable': perVariable({ maxNorm: 0.5 }),
    'per-layer': perLayer({ maxNorm: 0.5 }),
    'adaptive-percentile': adaptivePercentile({ window: 10, scope: 'variable' }),
    chain: chain(perValue({ maxAbs: 5 }), skipsAtOdd(), adaptivePercentile({ window: 10 })),
  };

  it.each(Object.entries(strategies))('does not happen in any of 140 steps of %s', (_name, strategy) => {
    const problem = variables();
    const optimizer = clipOptimizer(tf.train.adam(0.01), strategy, { onNonFinite: 'skip', onStep: () => undefined });
    for (let step = 0; step < 140; step += 1) {
      tf.tidy(() => optimizer.applyGradients(problem.gradients(step) as never));
    }
    expect(counted).toBe(0);
    optimizer.dispose();
  });

  it('happens in batches after the steps, and records come in order', async () => {
    const problem = variables();
    const seen: StepRecord[] = [];
    const optimizer = clipOptimizer(tf.train.sgd(0.01), globalNorm({ maxNorm: 1 }), {
      onStep: (record) => seen.push(record),
      maxConsecutiveNonFinite: Infinity,
    });
    for (let step = 0; step < 200; step += 1) {
      optimizer.applyGradients(problem.gradients(step) as never);
      if (step % 10 === 0) await reads();
    }
    expect(seen.length).toBeGreaterThanOrEqual(128);
    expect(counted).toBeLessThanOrEqual(4);
    const records = await optimizer.records();
    expect(records.map(({ step }) => step)).toEqual(Array.from({ length: 200 }, (_, step) => step));
    expect(seen).toEqual(records);
    // Even steps have short gradients, odd ones long ones.
    expect(records.slice(0, 4).map(({ clipped }) => clipped)).toEqual([false, true, false, true]);
    expect(records[1]!.normAfter).toBeCloseTo(1, 5);
    expect((await optimizer.stats()).clipRate).toBe(0.5);
  });

  it('in a loop that never yields keeps only the latest steps', async () => {
    const problem = variables({ a: [1] });
    const optimizer = clipOptimizer(tf.train.sgd(0.001), none(), { window: 100 });
    const gradient = tf.tensor1d([1]);
    const step = () => optimizer.applyGradients({ [problem.names[0]!]: gradient } as never);
    for (let taken = 0; taken < 150; taken += 1) step();
    const tensors = tf.memory().numTensors;
    for (let taken = 0; taken < 350; taken += 1) step();
    expect(tf.memory().numTensors).toBe(tensors);
    expect((await optimizer.records()).map((record) => record.step)).toEqual(
      Array.from({ length: 100 }, (_, index) => 400 + index),
    );
  });

  it('leaves no tensor after dispose, not even from pending reads', async () => {
    const problem = variables();
    const before = tf.memory().numTensors;
    const optimizer = clipOptimizer(tf.train.sgd(0.01), strategies.chain, { maxConsecutiveNonFinite: 5 });
    for (let step = 0; step < 70; step += 1) {
      tf.tidy(() => optimizer.applyGradients(problem.gradients(step) as never));
    }
    optimizer.dispose();
    await reads();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('does not happen with a window of 0 and no listener', async () => {
    const problem = variables();
    const optimizer = clipOptimizer(tf.train.sgd(0.01), globalNorm(), { window: 0, maxConsecutiveNonFinite: Infinity });
    for (let step = 0; step < 130; step += 1) optimizer.applyGradients(problem.gradients(step) as never);
    expect(await optimizer.records()).toEqual([]);
    expect(counted).toBe(0);
  });
});

it('records a step after it, because the norm is still on the device', () => {
  const problem = variables();
  const onStep = vi.fn();
  const optimizer = clipOptimizer(tf.train.sgd(0.01), none(), { onStep });
  optimizer.applyGradients(problem.gradients(1) as never);
  expect(onStep).not.toHaveBeenCalled();
  expect(globalNormOf({ a: tf.tensor1d([3, 4]) }).dataSync()[0]).toBeCloseTo(5, 5);
});
