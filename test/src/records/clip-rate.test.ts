import * as tf from '@tensorflow/tfjs';
import { chain, clipOptimizer, partition, scheduled, type ClipOptions, type ClippingStrategy } from 'gradclip';
import { adaptivePercentile, globalNorm, none, perLayer, perValue } from 'gradclip/strategies';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
beforeEach(() => {
  warn.mockClear();
});
afterEach(() => {
  tf.disposeVariables();
});

/** The warnings of a run in which step i has the norm `normAt(i)`. */
function warnings(
  strategy: ClippingStrategy,
  steps: number,
  normAt: (step: number) => number,
  options: ClipOptions = {},
): string[] {
  tf.disposeVariables();
  tf.variable(tf.tensor1d([0]), true, 'lstm/kernel');
  // tfjs prints a message of its own when the backend starts.
  warn.mockClear();
  const optimizer = clipOptimizer(tf.train.sgd(0), strategy, { maxConsecutiveNonFinite: Infinity, ...options });
  tf.tidy(() => {
    for (let step = 0; step < steps; step += 1) {
      optimizer.applyGradients({ 'lstm/kernel': tf.tensor1d([normAt(step)]) });
    }
  });
  return warn.mock.calls.map(([message]) => String(message));
}

const always = (): number => 4;

describe('the warning about the clip rate', () => {
  it('comes once if more than 90 % of 200 steps were clipped', () => {
    const message =
      'gradclip: global-norm({ maxNorm: 1 }) clipped 200 of the last 200 steps (norm: median 4.00, 90th percentile ' +
      '4.00, maximum 4.00). It sets the length of nearly every step: tune the learning rate with it, or raise it. ' +
      '`suggestThreshold(optimizer)` suggests a threshold; `warnings: false` turns this off.';
    expect(warnings(globalNorm({ maxNorm: 1 }), 199, always)).toEqual([]);
    expect(warnings(globalNorm({ maxNorm: 1 }), 700, always)).toEqual([message]);
  });

  it('comes once if no step was clipped', () => {
    expect(warnings(perValue({ maxAbs: 5 }), 700, (step) => 1 + (199 - (step % 200)) / 1000)).toEqual([
      'gradclip: per-value({ maxAbs: 5 }) clipped 0 of the last 200 steps (norm: median 1.10, 90th percentile ' +
        '1.18, maximum 1.20). Lower it, or keep it as a guard. `suggestThreshold(optimizer)` suggests a threshold; ' +
        '`warnings: false` turns this off.',
    ]);
  });

  it('checks every 200 steps', () => {
    const calmThenWild = (step: number): number => (step < 200 && step % 2 === 0 ? 0.5 : 4);
    expect(warnings(globalNorm(), 399, calmThenWild)).toEqual([]);
    expect(warnings(globalNorm(), 400, calmThenWild)).toHaveLength(1);
  });

  it.each([
    [180, 0],
    [181, 1],
    [1, 0],
    [0, 1],
  ])('for %i of 200 steps clipped comes %i times', (clipped, times) => {
    expect(warnings(globalNorm(), 200, (step) => (step < clipped ? 4 : 0.5))).toHaveLength(times);
  });

  it('does not count steps that were skipped', () => {
    expect(warnings(globalNorm(), 200, (step) => (step === 7 ? NaN : 4), { onNonFinite: 'skip' })).toEqual([]);
  });

  it.each<[string, ClippingStrategy, ClipOptions?]>([
    ['warnings are off', globalNorm(), { warnings: false }],
    ['nothing is measured', globalNorm(), { window: 0 }],
    ['nothing clips', none()],
    ['the threshold is off', globalNorm({ maxNorm: Infinity })],
    ['all thresholds are off', perLayer({ maxNorm: Infinity })],
    ['the threshold adapts', adaptivePercentile({ percentile: 100 })],
    ['part of the strategy adapts', chain(globalNorm(), adaptivePercentile())],
    ['no factory declares the strategy', { ...globalNorm(), id: 'undeclared' }],
    ['the threshold is scheduled', scheduled(globalNorm, { maxNorm: { kind: 'constant', value: 1 } })],
  ])('does not come if %s', (_, strategy, options) => {
    expect(warnings(strategy, 400, always, options)).toEqual([]);
  });

  it('includes the strategies inside combinators', () => {
    const strategy = partition([{ match: 'lstm*', strategy: chain(perLayer({ layers: { lstm: 2 } })) }], {
      default: globalNorm({ maxNorm: Infinity }),
    });
    expect(warnings(strategy, 200, always)[0]).toContain(
      'per-layer({ maxNorm: 1, layers: {"lstm":2} }) clipped 200 of the last 200 steps (',
    );
  });

  it('names every finite threshold', () => {
    expect(warnings(chain(globalNorm(), perValue({ maxAbs: 2 })), 200, always)[0]).toContain(
      'global-norm({ maxNorm: 1 }) and per-value({ maxAbs: 2 }) clipped 200 of the last 200 steps (',
    );
  });

  it('stays off for a saved optimizer', () => {
    const config = clipOptimizer(tf.train.sgd(0), globalNorm(), { warnings: false }).getConfig();
    expect(JSON.parse(config.clipping)).toMatchObject({ options: { warnings: false } });
    expect(() => clipOptimizer(tf.train.sgd(0), globalNorm(), { warnings: 1 as never })).toThrow(
      '`clipOptimizer({ warnings })` must be true or false; received 1.',
    );
  });
});
