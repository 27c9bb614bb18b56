import * as tf from '@tensorflow/tfjs';
import { chain, ClippingError, clipOptimizer, scheduled, type Schedule, type StrategySpec } from 'gradclip';
import { defineStrategy, positive } from 'gradclip/define';
import { adaptivePercentile, globalNorm, none, perLayer, perValue } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { clipped, describeCombinator, fromSpec, onEachBackend, throughJson } from './fixture.ts';

/** The threshold at each of these steps, measured with a gradient that always exceeds it. */
function thresholds(schedule: Schedule | ((step: number) => number), steps: number[]): number[] {
  const strategy = scheduled(perValue, { maxAbs: schedule });
  return tf.tidy(() =>
    steps.map((step) => {
      const gradients = { w: tf.tensor1d([1e6]) };
      return strategy.clip(gradients, {}, { step, parameters: gradients }).gradients['w']?.dataSync()[0] ?? NaN;
    }),
  );
}

describeCombinator('scheduled', () =>
  scheduled(adaptivePercentile, {
    percentile: { kind: 'linear', from: 90, to: 10, steps: 8 },
    window: 5,
    scope: 'layer',
  }),
);

onEachBackend(() => {
  describe('scheduled', () => {
    it.each<[string, Schedule, number[], number[]]>([
      ['constant', { kind: 'constant', value: 3 }, [0, 1, 999], [3, 3, 3]],
      ['linear', { kind: 'linear', from: 5, to: 1, steps: 4 }, [0, 1, 2, 3, 4, 5, 99], [5, 4, 3, 2, 1, 1, 1]],
      ['linear, rising', { kind: 'linear', from: 1, to: 2, steps: 2 }, [0, 1, 2], [1, 1.5, 2]],
      // cos(π/4·k): 1, √½, 0, −√½, −1
      [
        'cosine',
        { kind: 'cosine', from: 4, to: 2, steps: 4 },
        [0, 1, 2, 3, 4, 5],
        [4, 3 + Math.SQRT1_2, 3, 3 - Math.SQRT1_2, 2, 2],
      ],
      ['exponential', { kind: 'exponential', from: 16, to: 1, steps: 4 }, [0, 1, 2, 3, 4, 5], [16, 8, 4, 2, 1, 1]],
      [
        'piecewise',
        {
          kind: 'piecewise',
          points: [
            [2, 10],
            [4, 20],
            [8, 0],
          ],
        },
        [0, 2, 3, 4, 5, 8, 9],
        [10, 10, 15, 20, 15, 0, 0],
      ],
      [
        'step',
        {
          kind: 'step',
          points: [
            [2, 10],
            [4, 1],
          ],
        },
        [0, 1, 2, 3, 4, 99],
        [10, 10, 10, 10, 1, 1],
      ],
    ])('follows a %s schedule', (_, schedule, steps, expected) => {
      thresholds(schedule, steps).forEach((value, index) => {
        expect(value).toBeCloseTo(expected[index] as number, 5);
      });
    });

    it('follows a function of the step', () => {
      expect(thresholds((step) => 8 / 2 ** step, [0, 1, 3])).toEqual([8, 4, 1]);
    });

    it('calls a function only with steps from 0 on', () => {
      const steps: number[] = [];
      scheduled(perValue, { min: { kind: 'linear', from: -2, to: -1, steps: 5 }, max: (step) => steps.push(step) });
      expect(Math.min(...steps)).toBe(0);
    });

    it('clips nothing while the threshold is Infinity', () => {
      const points = [
        [0, Infinity],
        [2, 1],
      ] as const;
      const strategy = throughJson(scheduled(globalNorm, { maxNorm: { kind: 'step', points } }));
      const steps = [{ w: [3, 4] }, { w: [3, 4] }, { w: [0, 4] }];
      expect(clipped(strategy, steps)).toEqual([{ w: [3, 4] }, { w: [3, 4] }, { w: [0, 1] }]);
    });

    it('keeps the state of its strategy while options change', () => {
      // Medians, then maxima, of one growing history: 4 | 4, 8 | 4, 8, 6.
      const points = [
        [0, 50],
        [2, 0],
      ] as const;
      const strategy = scheduled(adaptivePercentile, { percentile: { kind: 'step', points }, window: 9 });
      expect(clipped(strategy, [{ w: [4] }, { w: [8] }, { w: [6] }])).toEqual([{ w: [4] }, { w: [6] }, { w: [4] }]);
    });

    it('counts skipped steps', () => {
      const w = tf.variable(tf.tensor1d([0]), true, 'w');
      const strategy = scheduled(perValue, { maxAbs: { kind: 'linear', from: 4, to: 1, steps: 3 } });
      const optimizer = clipOptimizer(tf.train.sgd(1), strategy, { onNonFinite: 'skip' });
      for (const value of [100, NaN, 100]) optimizer.applyGradients({ w: tf.tensor1d([value]) });
      // Thresholds 4, (3 skipped), 2.
      expect(w.dataSync()[0]).toBe(-6);
      expect(optimizer.iterations).toBe(3);
    });

    it('schedules several options at once', () => {
      const strategy = scheduled(perValue, {
        min: { kind: 'linear', from: -2, to: -1, steps: 1 },
        max: { kind: 'constant', value: 3 },
      });
      expect(Object.keys(strategy.options)).toEqual(['strategy', 'schedules']);
      for (const one of [strategy, throughJson(strategy)]) {
        expect(clipped(one, [{ w: [-9, 9] }, { w: [-9, 9] }])).toEqual([{ w: [-2, 3] }, { w: [-1, 3] }]);
      }
    });
  });
});

describe('scheduled', () => {
  it('has the documented form in JSON', () => {
    const schedule = { kind: 'linear', from: 5, to: 0.5, steps: 30 } as const;
    const spec = {
      id: 'scheduled',
      options: { strategy: { id: 'global-norm', options: { ord: 2 } }, option: 'maxNorm', schedule },
    };
    expect(scheduled(globalNorm, { maxNorm: schedule }).options).toEqual(spec.options);
    expect(fromSpec(spec).options).toEqual(spec.options);
    expect(
      fromSpec({ id: 'scheduled', options: { ...spec.options, strategy: { id: 'global-norm' } } }).options,
    ).toEqual(spec.options);
  });

  it('rounds integer options', () => {
    const strategy = scheduled(adaptivePercentile, { minHistory: { kind: 'linear', from: 1, to: 2, steps: 4 } });
    expect(() => clipped(strategy, [{ w: [1] }, { w: [1] }, { w: [1] }])).not.toThrow();
  });

  it('creates a strategy only when a value changes', () => {
    let made = 0;
    const counting = defineStrategy({
      id: 'counting',
      title: 'Counting',
      laws: { direction: 'global', idempotent: true },
      fields: { maxNorm: positive({ default: 1, about: 'Counted.' }) },
      refine: (options) => {
        made += 1;
        return options;
      },
      clip: (_, gradients) => gradients,
    });
    const strategy = scheduled(counting, { maxNorm: { kind: 'linear', from: 1, to: 2, steps: 10 } });
    made = 0;
    for (let step = 10; step < 1000; step += 1) strategy.clip({}, {}, { step, parameters: {} });
    expect(made).toBe(1);
  });

  const linear = (to: number, from = 5): Schedule => ({ kind: 'linear', from, to, steps: 30 });
  it.each<[what: string, make: () => unknown, message: string, code?: ClippingError['code']]>([
    [
      'a schedule that goes negative',
      () => scheduled(globalNorm, { maxNorm: linear(-1) }),
      '`scheduled(global-norm, { maxNorm })` reaches -1 at step 30; `maxNorm` must be a number from 0 to Infinity.',
    ],
    [
      'a point out of range',
      () => scheduled(adaptivePercentile, { percentile: { kind: 'piecewise', points: [[0, 50], [400, 101], [800, 50]] } }), // prettier-ignore
      '`scheduled(adaptive-percentile, { percentile })` reaches 101 at step 400; `percentile` must be 0, or a number from 1 to 100.',
    ],
    [
      'options that exclude each other',
      () => scheduled(perValue, { maxAbs: linear(1), min: -1, max: 1 }),
      '`per-value` takes either `maxAbs`, or both `min` and `max`; received `min`, `max`, `maxAbs`.',
    ],
    [
      'an option that is not numeric',
      () => scheduled(perLayer, { layers: linear(1) as never }),
      '`scheduled(per-layer, { layers })`: `layers` is not numeric. Options of `per-layer` that can be scheduled: `maxNorm`, `ord`.',
    ],
    [
      'an option that sets the size of the state',
      () => scheduled(adaptivePercentile, { window: { kind: 'linear', from: 10, to: 100, steps: 30 } }),
      '`scheduled(adaptive-percentile, { window })`: `window` sets the size of its state. Options of `adaptive-percentile` that can be scheduled: `percentile`, `minHistory`.',
    ],
    [
      'no options at all',
      () => scheduled(globalNorm, undefined as never),
      "`scheduled(global-norm, options)` must schedule at least one option, as in { kind: 'linear', from: 5, to: 0.5, steps: 1000 }; received undefined.",
    ],
    [
      'options that are no object',
      () => scheduled(globalNorm, 5 as never),
      '`scheduled(global-norm, options)` takes its options as one object; received 5.',
    ],
    [
      'an unknown option',
      () => scheduled(globalNorm, { maxNrm: linear(1) } as object),
      '`scheduled(global-norm, { maxNrm })`: `maxNrm` is not one of its options. Options of `global-norm` that can be scheduled: `maxNorm`, `ord`.',
    ],
    [
      'an unknown fixed option',
      () => scheduled(globalNorm, { maxNorm: linear(1), rod: 1 } as object),
      '`global-norm` has no option `rod`; it has `maxNorm`, `ord`.',
      'unknown-option',
    ],
    [
      'options without a schedule',
      () => scheduled(globalNorm, { maxNorm: 1 }),
      '`scheduled(global-norm, options)` must schedule at least one option, as in { kind: \'linear\', from: 5, to: 0.5, steps: 1000 }; received {"maxNorm":1}.',
    ],
    [
      'a strategy instead of its factory',
      () => scheduled(globalNorm() as never, {}),
      '`scheduled(factory, options)` takes a strategy factory, as in scheduled(globalNorm, { maxNorm: … }); received {"id":"global-norm","options":{"maxNorm":1,"ord":2}}.',
      'bad-spec',
    ],
    [
      'a function that is no factory',
      () => scheduled((() => globalNorm()) as never, {}),
      '`scheduled(factory, options)` takes a strategy factory, as in scheduled(globalNorm, { maxNorm: … }); received a function.',
      'bad-spec',
    ],
    [
      'a function with an id that is no factory',
      () => scheduled(Object.assign(() => globalNorm(), { id: 'mine' }) as never, { maxNorm: linear(1) } as never),
      '`scheduled(factory, options)` takes a strategy factory, as in scheduled(globalNorm, { maxNorm: … }); received a function.',
      'bad-spec',
    ],
    [
      'an object with the properties of a factory',
      () => scheduled({ id: 'mine', fields: {} } as never, { maxNorm: linear(1) } as never),
      '`scheduled(factory, options)` takes a strategy factory, as in scheduled(globalNorm, { maxNorm: … }); received {"id":"mine","fields":{}}.',
      'bad-spec',
    ],
    [
      'a schedule for a strategy without options',
      () => scheduled(none, { maxNorm: linear(1) } as never),
      '`scheduled(none, { maxNorm })`: `maxNorm` is not one of its options. Options of `none` that can be scheduled: none.',
    ],
    [
      'an unknown kind',
      () => scheduled(globalNorm, { maxNorm: { kind: 'liner' } as never }),
      '`scheduled(global-norm, { maxNorm })`: `kind` must be one of constant, linear, cosine, exponential, piecewise, step, measured; received "liner".',
    ],
    [
      'an unknown entry of a schedule',
      () => scheduled(globalNorm, { maxNorm: { ...linear(1), form: 1 } as never }),
      '`scheduled(global-norm, { maxNorm })`: a linear schedule takes `from`, `to`, `steps`; received "form".',
    ],
    [
      'NaN',
      () => scheduled(globalNorm, { maxNorm: linear(NaN) }),
      '`scheduled(global-norm, { maxNorm })`: `to` of a linear schedule must be a finite number; received NaN.',
    ],
    [
      'a value that is no number',
      () => scheduled(globalNorm, { maxNorm: { kind: 'constant', value: '3' as never } }),
      '`scheduled(global-norm, { maxNorm })`: `value` of a constant schedule must be a number; received "3".',
    ],
    [
      'an infinite start',
      () => scheduled(globalNorm, { maxNorm: linear(1, Infinity) }),
      '`scheduled(global-norm, { maxNorm })`: `from` of a linear schedule must be a finite number; received Infinity.',
    ],
    [
      'an infinite end',
      () => scheduled(globalNorm, { maxNorm: linear(Infinity) }),
      '`scheduled(global-norm, { maxNorm })`: `to` of a linear schedule must be a finite number; received Infinity.',
    ],
    [
      'a fractional number of steps',
      () => scheduled(globalNorm, { maxNorm: { kind: 'cosine', from: 1, to: 2, steps: 1.5 } }),
      '`scheduled(global-norm, { maxNorm })`: `steps` must be an integer of at least 1; received 1.5.',
    ],
    [
      'an exponential from 0',
      () => scheduled(globalNorm, { maxNorm: { kind: 'exponential', from: 0, to: 1, steps: 5 } }),
      '`scheduled(global-norm, { maxNorm })`: `from` and `to` of an exponential schedule must be greater than 0; received 0.',
    ],
    [
      'an exponential to 0',
      () => scheduled(globalNorm, { maxNorm: { kind: 'exponential', from: 1, to: 0, steps: 5 } }),
      '`scheduled(global-norm, { maxNorm })`: `from` and `to` of an exponential schedule must be greater than 0; received 0.',
    ],
    [
      'points out of order',
      () => scheduled(globalNorm, { maxNorm: { kind: 'step', points: [[5, 1], [5, 2]] } }), // prettier-ignore
      '`scheduled(global-norm, { maxNorm })`: the steps of `points` must be increasing integers from 0; received 5.',
    ],
    [
      'a point with three numbers',
      () => scheduled(globalNorm, { maxNorm: { kind: 'piecewise', points: [[0, 1], [1, 2, 3] as never] } }),
      '`scheduled(global-norm, { maxNorm })`: `points` of a piecewise schedule must be a list of [step, value]; received [[0,1],[1,2,3]].',
    ],
    [
      'a point that is no pair',
      () => scheduled(globalNorm, { maxNorm: { kind: 'step', points: [[0, 1], null as never] } }), // prettier-ignore
      '`scheduled(global-norm, { maxNorm })`: `points` of a step schedule must be a list of [step, value]; received [[0,1],null].',
    ],
    [
      'an empty list of points',
      () => scheduled(globalNorm, { maxNorm: { kind: 'piecewise', points: [] } }),
      '`scheduled(global-norm, { maxNorm })`: `points` of a piecewise schedule must be a list of [step, value]; received [].',
    ],
  ])('refuses %s when the strategy is created', (_, make, message, code = 'bad-option') => {
    expect(make).toThrow(new ClippingError(code, message));
  });

  it.each<[options: object, message: string, code?: ClippingError['code']]>([
    [
      {},
      'A strategy spec must have the form { "id": "global-norm", "options": { "maxNorm": 1 } }; received undefined.',
      'bad-spec',
    ],
    [
      { strategy: { id: 'global-norm', maxNorm: 1 }, option: 'ord', schedule: linear(1) },
      'A strategy spec has only `id` and `options`; received `maxNorm` as well.',
      'bad-spec',
    ],
    [
      { strategy: { id: 'global-norm' }, option: 'maxNorm' },
      '`scheduled` in JSON has a `strategy`, and either `schedules` by option or `option` and `schedule`, such as { "kind": "linear", "from": 5, "to": 0.5, "steps": 30 }; received {"strategy":{"id":"global-norm"},"option":"maxNorm"}.',
    ],
    [
      { strategy: { id: 'global-nrm' }, option: 'maxNorm', schedule: linear(1) },
      'There is no strategy "global-nrm". Did you mean `global-norm`?',
      'unknown-strategy',
    ],
  ])('refuses the JSON options %j', (options, message, code = 'bad-option') => {
    expect(() => fromSpec({ id: 'scheduled', options } as StrategySpec)).toThrow(new ClippingError(code, message));
  });

  it.each([
    { strategy: { id: 'global-norm' }, option: 2, schedule: linear(1) },
    { strategy: { id: 'none' }, schedules: { maxNorm: linear(1) }, option: 'maxNorm' },
    { strategy: { id: 'none' }, schedules: { maxNorm: linear(1) }, schedule: linear(1) },
    { strategy: { id: 'none' }, schedules: [] },
  ])('refuses %j, which mixes the two forms or has neither', (options) => {
    expect(() => fromSpec({ id: 'scheduled', options } as StrategySpec)).toThrow(
      /^`scheduled` in JSON has a `strategy`, and either `schedules` by option or `option` and `schedule`, such as /,
    );
  });

  it.each([
    [0, 50, 'reaches 0.5 at step 1'],
    [50, 0, 'reaches 0.5 at step 99'],
  ])('refuses percentiles from %d to %d, which pass through shares', (from, to, reason) => {
    expect(() => scheduled(adaptivePercentile, { percentile: { kind: 'linear', from, to, steps: 100 } })).toThrow(
      reason,
    );
  });

  it('refuses an out-of-range value of a function at its step', () => {
    const strategy = scheduled(perValue, { maxAbs: (step) => 1 - step });
    expect(() => clipped(strategy, [{ w: [1] }, { w: [1] }, { w: [1] }])).toThrow(
      '`scheduled(per-value, { maxAbs })` reaches -1 at step 2; `maxAbs` must be a number from 0 to Infinity, or null.',
    );
  });

  it('refuses to be saved with a function', () => {
    const optimizer = clipOptimizer(tf.train.sgd(1), chain(scheduled(globalNorm, { maxNorm: () => 1 })));
    const both = scheduled(perValue, { min: { kind: 'constant', value: -1 }, max: () => 1 });
    expect(() => JSON.stringify(both.options)).toThrow('A function in `scheduled` cannot be saved');
    expect(() => optimizer.getConfig()).toThrow(
      "A function in `scheduled` cannot be saved; use a schedule such as { kind: 'linear', from: 5, to: 0.5, steps: 1000 }.",
    );
  });
});
