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
  // What tfjs itself has to say when its backend starts is none of ours.
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
  it('comes once when more than 90 % of 200 steps were clipped', () => {
    const message =
      'gradclip: 200 of the last 200 steps were clipped by global-norm({ maxNorm: 1 }); the norm was 4.00 in the middle, ' +
      '4.00 at the 90th percentile and 4.00 at most. It sets the length of nearly every step: raise it, or lower the ' +
      'learning rate. `suggestThreshold` finds one from the stats, and `warnings: false` silences this.';
    expect(warnings(globalNorm({ maxNorm: 1 }), 199, always)).toEqual([]);
    expect(warnings(globalNorm({ maxNorm: 1 }), 700, always)).toEqual([message]);
  });

  it('comes once when none was', () => {
    expect(warnings(perValue({ maxAbs: 5 }), 700, (step) => 1 + (199 - (step % 200)) / 1000)).toEqual([
      'gradclip: 0 of the last 200 steps were clipped by per-value({ maxAbs: 5 }); the norm was 1.10 in the middle, ' +
        '1.18 at the 90th percentile and 1.20 at most. Lower it, or keep it as a guard. `suggestThreshold` finds one ' +
        'from the stats, and `warnings: false` silences this.',
    ]);
  });

  it('looks at every stretch of 200 steps', () => {
    const calmThenWild = (step: number): number => (step < 200 && step % 2 === 0 ? 0.5 : 4);
    expect(warnings(globalNorm(), 399, calmThenWild)).toEqual([]);
    expect(warnings(globalNorm(), 400, calmThenWild)).toHaveLength(1);
  });

  it.each([
    [180, 0],
    [181, 1],
    [1, 0],
    [0, 1],
  ])('with %i of 200 clipped comes %i times', (clipped, times) => {
    expect(warnings(globalNorm(), 200, (step) => (step < clipped ? 4 : 0.5))).toHaveLength(times);
  });

  it('does not count steps that were skipped', () => {
    expect(warnings(globalNorm(), 200, (step) => (step === 7 ? NaN : 4), { onNonFinite: 'skip' })).toEqual([]);
  });

  it.each<[string, ClippingStrategy, ClipOptions?]>([
    ['is silenced', globalNorm(), { warnings: false }],
    ['nothing is measured', globalNorm(), { window: 0 }],
    ['nothing clips', none()],
    ['the threshold is off', globalNorm({ maxNorm: Infinity })],
    ['all thresholds are off', perLayer({ maxNorm: Infinity })],
    ['the threshold adapts', adaptivePercentile({ percentile: 100 })],
    ['part of the strategy adapts', chain(globalNorm(), adaptivePercentile())],
    ['the strategy is of a kind that nobody declared', { ...globalNorm(), id: 'undeclared' }],
    ['the threshold is scheduled', scheduled(globalNorm, { maxNorm: { kind: 'constant', value: 1 } })],
  ])('does not come when it %s', (_, strategy, options) => {
    expect(warnings(strategy, 400, always, options)).toEqual([]);
  });

  it('looks into combinators', () => {
    const strategy = partition([{ match: 'lstm*', strategy: chain(none(), perLayer({ layers: { lstm: 2 } })) }], {
      default: globalNorm({ maxNorm: Infinity }),
    });
    expect(warnings(strategy, 200, always)[0]).toContain(
      '200 of the last 200 steps were clipped by per-layer({ maxNorm: 1, layers: {"lstm":2} });',
    );
  });

  it('names every threshold that is on', () => {
    expect(warnings(chain(globalNorm(), perValue({ maxAbs: 2 })), 200, always)[0]).toContain(
      '200 of the last 200 steps were clipped by global-norm({ maxNorm: 1 }) and per-value({ maxAbs: 2 });',
    );
  });

  it('is silenced for a saved optimizer too', () => {
    const config = clipOptimizer(tf.train.sgd(0), globalNorm(), { warnings: false }).getConfig();
    expect(JSON.parse(config.clipping)).toMatchObject({ options: { warnings: false } });
    expect(() => clipOptimizer(tf.train.sgd(0), globalNorm(), { warnings: 1 as never })).toThrow(
      '`clipOptimizer({ warnings })` must be true or false; received 1.',
    );
  });
});
