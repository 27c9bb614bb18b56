// A threshold that finds itself: measured for some steps, then fixed.
import * as tf from '@tensorflow/tfjs';
import { chain, clipOptimizer, partition, scheduled, specOf, type ClippingStrategy, type StepRecord } from 'gradclip';
import { agc, globalNorm, perLayer, perValue, perVariable, softNorm, spikeSkip } from 'gradclip/strategies';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEVICE, onBackend } from '../../../src/testing/backends.ts';
import { clipVariable } from '../../support/clip-steps.ts';
import { fromSpec, recurrentModel, reloaded, throughJson, weightsOf } from './fixture.ts';

const MEASURED = { kind: 'measured', steps: 4, percentile: 50 } as const;
const FORMS: Readonly<Record<string, () => ClippingStrategy>> = {
  'a schedule': () => scheduled(globalNorm, { maxNorm: MEASURED }),
  'an option': () => globalNorm({ maxNorm: MEASURED }),
  JSON: () => throughJson(scheduled(globalNorm, { maxNorm: MEASURED })),
};

afterEach(() => {
  vi.restoreAllMocks();
  tf.disposeVariables();
});

describe.each(['cpu', 'wasm', DEVICE])('on %s', (backend) => {
  it.each(Object.entries(FORMS))('%s clips nothing for some steps, then at their percentile', async (_, make) => {
    // The median of 1, 2, 5, 100 is 3.5, and 50 does not move it.
    const steps = [[1], [2], [100], [5], [50], [7], [3]];
    const found = await onBackend(backend, () => clipVariable(make(), steps));
    expect(found).toEqual([[1], [2], [100], [5], [3.5], [3.5], [3]]);
  });

  const train = (
    strategy: ClippingStrategy,
    gradients: readonly number[],
    options: object = {},
  ): Promise<{ weights: number[]; records: StepRecord[]; threshold: number | undefined; seen: unknown[] }> =>
    onBackend(backend, async () => {
      const w = tf.tidy(() => tf.variable(tf.tensor1d([0]), true, 'w'));
      const seen: unknown[] = [];
      const onStep = ({ threshold }: StepRecord): unknown => seen.push(threshold);
      const optimizer = clipOptimizer(tf.train.sgd(1), strategy, { onStep, ...options });
      for (const value of gradients) tf.tidy(() => optimizer.applyGradients({ w: tf.tensor1d([value]) }));
      const [records, { threshold }] = [await optimizer.records(), await optimizer.stats()];
      const weights = [...w.dataSync()];
      optimizer.dispose();
      w.dispose();
      return { weights, records, threshold, seen };
    });

  it('reports the threshold in records, to onStep and in stats once it is fixed', async () => {
    const { records, threshold, seen } = await train(globalNorm({ maxNorm: MEASURED }), [1, 2, 100, 5, 50, 7]);
    expect(seen).toEqual([undefined, undefined, undefined, undefined, 3.5, 3.5]);
    expect(records.map((record) => record.threshold)).toEqual(seen);
    expect(records.map(({ clipped }) => clipped)).toEqual([false, false, false, false, true, true]);
    expect(threshold).toBe(3.5);
    expect((await train(globalNorm({ maxNorm: 1 }), [1, 2])).threshold).toBeUndefined();
  });

  it.each(['skip', 'zero', 'propagate'] as const)('does not count steps with NaN under `%s`', async (onNonFinite) => {
    const given = [1, NaN, 2, Infinity, 100, 5, 50];
    const { threshold } = await train(globalNorm({ maxNorm: MEASURED }), given, { onNonFinite });
    expect(threshold).toBe(3.5);
  });

  it('does not count steps that another strategy skips', async () => {
    const spikes = spikeSkip({ decay: 0.5, minWeight: 0.1, maxSigma: 1 });
    const strategy = chain(globalNorm({ maxNorm: { ...MEASURED, percentile: 100 } }), spikes);
    const { weights } = await train(strategy, [1, 1, 1, 90, 1, 1, 1.001, 1.001]);
    // All seven steps that are taken pass unchanged, but for the last two.
    expect(weights[0]).toBeCloseTo(-7, 2);
  });

  it('reads nothing in a step on a device and leaks nothing', async () => {
    await onBackend(backend, () => {
      const w = tf.tidy(() => tf.variable(tf.tensor1d([0]), true, 'w'));
      const optimizer = clipOptimizer(tf.train.sgd(1), globalNorm({ maxNorm: MEASURED }), { window: 0 });
      const step = (): void => tf.tidy(() => optimizer.applyGradients({ w: tf.tensor1d([2]) }));
      step();
      const before = tf.memory().numTensors;
      const reads = vi.spyOn(tf.Tensor.prototype, 'dataSync');
      for (let index = 0; index < 10; index += 1) step();
      if (backend === DEVICE) expect(reads).not.toHaveBeenCalled();
      expect(tf.memory().numTensors).toBe(before);
      optimizer.dispose();
      w.dispose();
    });
  });

  it.each([2, 12])('resumes bit for bit after %s steps', async (steps) => {
    await onBackend(backend, async () => {
      const compiled = (): ReturnType<typeof recurrentModel> => {
        const made = recurrentModel();
        const strategy = scheduled(globalNorm, { maxNorm: { kind: 'measured', steps: 8, percentile: 30 } });
        made.model.compile({ optimizer: clipOptimizer(tf.train.adam(0.05), strategy), loss: 'meanSquaredError' });
        return made;
      };
      const fit = async ({ xs, ys }: ReturnType<typeof recurrentModel>, model: tf.LayersModel, count: number) => {
        for (let step = 0; step < count; step += 1) await model.trainOnBatch(xs, ys);
      };
      const [whole, half] = [compiled(), compiled()];
      await fit(whole, whole.model, 16);
      await fit(half, half.model, steps);
      const resumed = await reloaded(half.model);
      await fit(half, resumed, 16 - steps);
      expect(weightsOf(resumed)).toEqual(weightsOf(whole.model));
    });
  });
});

describe('a measured threshold', () => {
  it('is 50 steps and percentile 90 with `auto`', () => {
    const norms = Array.from({ length: 50 }, (_, index) => [index + 1]);
    const found = clipVariable(globalNorm({ maxNorm: 'auto' }), [...norms, [1000]]);
    expect(found.slice(0, 50)).toEqual(norms);
    // Between the 45th and 46th norm.
    expect(found[50]).toEqual([expect.closeTo(45.1, 4)]);
  });

  it('has a JSON form in each spelling', () => {
    expect(specOf(scheduled(globalNorm, { maxNorm: MEASURED }))).toEqual({
      id: 'scheduled',
      options: { strategy: { id: 'global-norm', options: { ord: 2 } }, option: 'maxNorm', schedule: MEASURED },
    });
    expect(specOf(globalNorm({ maxNorm: 'auto' })).options).toEqual({ maxNorm: 'auto', ord: 2 });
    expect(fromSpec({ id: 'global-norm', options: { maxNorm: 'auto' } }).options).toEqual({ maxNorm: 'auto', ord: 2 });
  });

  it('measures the order of the norm that it bounds', () => {
    const strategy = globalNorm({ maxNorm: { ...MEASURED, steps: 1 }, ord: 1 });
    expect(clipVariable(strategy, [[3, 4], [7, 7]])).toEqual([[3, 4], [3.5, 3.5]]); // prettier-ignore
  });

  it('measures in each group of a partition on its own', () => {
    const auto = globalNorm({ maxNorm: { ...MEASURED, steps: 1 } });
    const strategy = partition([{ match: 'w', strategy: auto }]);
    expect(clipVariable(strategy, [[2], [9]])).toEqual([[2], [2]]);
  });

  it('stays measured while another option is scheduled', () => {
    const ord = { kind: 'step', points: [[0, 2], [2, 1]] } as const; // prettier-ignore
    const strategy = scheduled(globalNorm, { maxNorm: { ...MEASURED, steps: 1 }, ord });
    expect(clipVariable(strategy, [[3, 4], [6, 8], [5, 5]])).toEqual([[3, 4], [3, 4], [2.5, 2.5]]); // prettier-ignore
  });

  it('gives no warning about its clip rate', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const w = tf.variable(tf.tensor1d([0]), true, 'w');
    for (const strategy of [globalNorm({ maxNorm: MEASURED }), scheduled(globalNorm, { maxNorm: MEASURED })]) {
      const optimizer = clipOptimizer(tf.train.sgd(0), strategy);
      for (let step = 0; step < 420; step += 1) optimizer.applyGradients({ [w.name]: tf.tensor1d([1 + step]) });
    }
    expect(warn).not.toHaveBeenCalled();
  });

  it.each([
    [perVariable, 'maxNorm'],
    [perLayer, 'maxNorm'],
    [perValue, 'maxAbs'],
    [softNorm, 'maxNorm'],
    [agc, 'ratio'],
  ])('is refused for %o, whose threshold bounds another norm', (factory, option) => {
    expect(() => scheduled(factory as never, { [option]: MEASURED } as never)).toThrow(
      new RegExp(`\`${option}\` cannot be measured. No option of .* can; use \`globalNorm\``),
    );
  });

  it('is refused for another option of a strategy that can measure', () => {
    expect(() => scheduled(globalNorm, { ord: MEASURED })).toThrow(
      '`scheduled(global-norm, { ord })`: `ord` cannot be measured. Options of `global-norm` that can: `maxNorm`.',
    );
  });

  it.each([
    { ...MEASURED, steps: 0 },
    { ...MEASURED, steps: 1001 },
    { ...MEASURED, steps: 1.5 },
    { ...MEASURED, percentile: -1 },
    { ...MEASURED, percentile: 101 },
    { ...MEASURED, window: 5 },
    { kind: 'measured', steps: 5 },
  ])('refuses %j', (threshold) => {
    expect(() => globalNorm({ maxNorm: threshold as never })).toThrow("Or use 'auto', or { kind: 'measured'");
    expect(() => scheduled(globalNorm, { maxNorm: threshold as never })).toThrow('measured schedule takes');
  });

  it('accepts 1 and 1000 steps and percentiles 0 and 100', () => {
    for (const steps of [1, 1000]) {
      for (const percentile of [0, 100]) {
        expect(scheduled(globalNorm, { maxNorm: { ...MEASURED, steps, percentile } }).id).toBe('scheduled');
      }
    }
  });
});
