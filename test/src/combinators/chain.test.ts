import { cast, greater, scalar, setBackend, sum, tensor1d, tidy } from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { chain, ClippingError, specOf, type ClippingStrategy, type StrategySpec } from 'gradclip';
import { createContainer, TOKENS } from 'gradclip/container';
import { adaptivePercentile, globalNorm, none, perValue, allStrategies } from 'gradclip/strategies';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeCombinator } from './fixture.ts';
import { clipSteps, closeTo } from '../../support/clip-steps.ts';

beforeAll(async () => {
  await setBackend('cpu');
});

describeCombinator('chain', () => chain(perValue({ maxAbs: 2 }), adaptivePercentile({ percentile: 50, window: 9 })));

const skipping = (skip: 0 | 1): ClippingStrategy => ({
  ...none(),
  clip: (gradients, state) => ({ gradients, state, skip: scalar(skip) }),
});

describe('chain', () => {
  it('passes the result of each strategy to the next', () => {
    // (30, 3) is clamped to (4, 3), whose norm 5 is halved; (6, 8) is halved to (3, 4), then clamped to (3, 3).
    const [valueFirst] = clipSteps(chain(perValue({ maxAbs: 4 }), globalNorm({ maxNorm: 2.5 })), [{ w: [30, 3] }]);
    expect(valueFirst?.gradients).toEqual({ w: [2, 1.5] });
    const [normFirst] = clipSteps(chain(globalNorm({ maxNorm: 5 }), perValue({ maxAbs: 3 })), [{ w: [6, 8] }]);
    expect(normFirst?.gradients).toEqual({ w: [3, 3] });
  });

  it('keeps the state of each strategy under its index', () => {
    const strategy = chain(adaptivePercentile({ percentile: 50 }), adaptivePercentile({ percentile: 0 }));
    const steps = clipSteps(strategy, [{ w: [2] }, { w: [4] }]);
    // The first strategy passes 2 and 3; the second clips to the smallest of them.
    expect(steps.map(({ gradients }) => gradients['w'])).toEqual([closeTo([2]), closeTo([2])]);
    expect(Object.keys(steps[1]?.state ?? {}).map((name) => name.split('/')[0])).toEqual([
      '0',
      '0',
      '0',
      '1',
      '1',
      '1',
    ]);
  });

  it('changes nothing without strategies', () => {
    tidy(() => {
      const gradients = { w: tensor1d([1]) };
      const clipped = chain().clip(gradients, {}, { step: 0, parameters: gradients });
      expect(clipped.gradients['w']).toBe(gradients.w);
      expect(clipped.skip).toBeUndefined();
    });
  });

  it.each([
    [[0, 0], false],
    [[0, 1], true],
    [[1, 0], true],
    [[1, 1], true],
  ] as const)('skips the step when any of its strategies does: %s', (skips, skipped) => {
    const [step] = clipSteps(chain(...skips.map(skipping), globalNorm()), [{ w: [1] }]);
    expect(step?.skipped).toBe(skipped);
  });

  it.each(['cpu', 'wasm'])(
    'keeps a skipped step out of the state of the strategies before and after the one that skips, on %s',
    async (backend) => {
      await setBackend(backend);
      const aboveTen: ClippingStrategy = {
        ...none(),
        clip: (gradients, state) => ({ gradients, state, skip: cast(greater(sum(gradients['w']!), 10), 'float32') }),
      };
      const percentile = adaptivePercentile({ percentile: 50, window: 9 });
      const steps = clipSteps(chain(percentile, aboveTen, percentile), [{ w: [4] }, { w: [300] }, { w: [2] }]);
      expect(steps.map(({ skipped }) => skipped)).toEqual([false, true, false]);
      expect(steps.map(({ state }) => [0, 2].map((index) => state[`${index}/filled/global`]))).toEqual([
        [1, 1],
        [1, 1],
        [2, 2],
      ]);
      // The median of 4 and 2 is 3; with the spike in its state it would be 4.
      expect(steps[2]?.gradients['w']).toEqual(closeTo([2]));
      await setBackend('cpu');
    },
  );

  it('nests and survives a round trip through JSON', () => {
    const strategy = chain(perValue({ maxAbs: 5 }), chain(globalNorm({ maxNorm: 2 }), none()));
    const spec = JSON.parse(JSON.stringify(specOf(strategy))) as StrategySpec;
    const again = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry).create(spec);
    expect(specOf(again)).toEqual(specOf(strategy));
    const given = [{ w: [30, 4] }];
    expect(clipSteps(again, given)[0]?.gradients).toEqual(clipSteps(strategy, given)[0]?.gradients);
  });

  it.each([
    [globalNorm, 'a function. Call the factory first, as in `globalNorm({ maxNorm: 1 })`.'],
    [{ id: 'global-norm' }, '{"id":"global-norm"}. Create a strategy from a spec with `registry.create(spec)`.'],
    [null, 'null. Pass one from `gradclip/strategies`, such as `globalNorm({ maxNorm: 1 })`.'],
    ['global-norm', '"global-norm". Pass one from `gradclip/strategies`, such as `globalNorm({ maxNorm: 1 })`.'],
  ])('refuses %o, which is not a strategy', (given, received) => {
    expect(() => chain(given as unknown as ClippingStrategy)).toThrow(
      new ClippingError('bad-spec', `\`chain(...strategies)\` takes a strategy; received ${received}`),
    );
  });

  it.each<[options: object, message: string, code?: ClippingError['code']]>([
    [{ strategies: 'all' }, '`chain({ strategies })` must be a list of specs; received "all".'],
    [{}, '`chain({ strategies })` must be a list of specs; received undefined.'],
    [{ strategy: [] }, '`chain` has no option `strategy`; it has `strategies`.', 'unknown-option'],
  ])('refuses the JSON options %o', (options, message, code = 'bad-option') => {
    const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);
    expect(() => registry.create({ id: 'chain', options } as StrategySpec)).toThrow(new ClippingError(code, message));
  });
});
