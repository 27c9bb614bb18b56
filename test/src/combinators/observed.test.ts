import { scalar, setBackend, tidy } from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { ClippingError, observed, type ClippingStrategy } from 'gradclip';
import { adaptivePercentile, globalNorm, none } from 'gradclip/strategies';
import { lawsOf } from 'gradclip/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { clipSteps } from '../../support/clip-steps.ts';

interface Seen {
  readonly step: number;
  readonly variables: readonly string[];
  readonly norms: number[];
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly finite: number[];
  readonly skip: number | undefined;
}

beforeAll(async () => {
  await setBackend('cpu');
});

function seenBy(strategy: ClippingStrategy, given: Parameters<typeof clipSteps>[1]): Seen[] {
  const seen: Seen[] = [];
  const watching = observed(strategy, (one) => {
    seen.push({
      step: one.step,
      variables: one.variables,
      norms: Array.from(one.norms.dataSync()),
      before: one.normBefore.dataSync()[0],
      after: one.normAfter.dataSync()[0],
      finite: Array.from(one.finite.dataSync()),
      skip: one.skip?.dataSync()[0],
    });
  });
  clipSteps(watching, given);
  return seen;
}

describe('observed', () => {
  it('tells norms before and after, each variable’s own, and the step', () => {
    expect(seenBy(globalNorm({ maxNorm: 6.5 }), [{ a: [3, 4], b: 12 }, { b: 2 }])).toEqual([
      { step: 0, variables: ['a', 'b'], norms: [5, 12], before: 13, after: 6.5, finite: [1, 1], skip: undefined },
      { step: 1, variables: ['b'], norms: [2], before: 2, after: 2, finite: [1], skip: undefined },
    ]);
  });

  it('has no skip for a strategy that never skips', () => {
    let keys: string[] = [];
    const watching = observed(globalNorm(), (one) => {
      keys = Object.keys(one);
    });
    clipSteps(watching, [{ w: 1 }]);
    expect(keys).toContain('step');
    expect(keys).not.toContain('skip');
  });

  it('tells which gradients are not finite, and whether the step is dropped', () => {
    const dropping: ClippingStrategy = {
      ...none(),
      clip: (gradients, state) => ({ gradients, state, skip: scalar(1) }),
    };
    expect(seenBy(dropping, [{ a: [1, NaN], b: 2, c: -Infinity }])[0]).toMatchObject({ finite: [0, 1, 0], skip: 1 });
  });

  it('changes neither answers nor memory, and passes for the strategy itself', () => {
    const strategy = adaptivePercentile({ percentile: 50 });
    const watching = observed(strategy, () => undefined);
    const given = [{ w: [2] }, { w: [4] }, { w: [9] }];
    expect(clipSteps(watching, given)).toEqual(clipSteps(strategy, given));
    expect({ id: watching.id, options: watching.options }).toEqual({ id: strategy.id, options: strategy.options });
  });

  it.each(
    lawsOf(
      Object.assign(() => observed(globalNorm(), () => undefined), {
        id: 'global-norm',
        title: globalNorm.title,
        laws: globalNorm.laws,
        fields: {},
      } as const),
      { exempt: { spelling: 'takes no options', bounds: 'takes no options' }, backend: 'cpu' },
    ).filter(({ exempt }) => exempt === undefined),
  )('$title, though it is observed', async ({ check }) => {
    await check();
  });

  it('refuses what is no strategy', () => {
    expect(() => observed(globalNorm as unknown as ClippingStrategy, () => undefined)).toThrow(
      new ClippingError(
        'bad-spec',
        '`observed(strategy, listener)` takes a strategy; received a function. Call the factory first, as in ' +
          '`globalNorm({ maxNorm: 1 })`.',
      ),
    );
  });

  it('lets its listener’s error through', () => {
    const strategy = observed(none(), () => {
      throw new Error('mine');
    });
    expect(() => tidy(() => void clipSteps(strategy, [{ w: 1 }]))).toThrow('mine');
  });
});
