// NaN and Infinity in the gradients, where the host may look: four policies, and when to give up.
import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, type ClipOptions } from 'gradclip';
import { adaptivePercentile, globalNorm, none, perValue } from 'gradclip/strategies';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, expectError, variables } from '../../support/fixtures.ts';

const BAD = [NaN, Infinity, -Infinity];

/** Two steps with good gradients, then one whose first gradient begins with a bad number. */
function afterBadStep(bad: number, options: ClipOptions, strategy = globalNorm({ maxNorm: 10 })) {
  const problem = variables({ a: [1, 2, 3], b: [0.5, -1] });
  const [a, b] = problem.names as [string, string];
  const adam = tf.train.adam(0.05);
  const optimizer = clipOptimizer(adam, strategy, options);
  const step = (first: number[]): void => {
    optimizer.applyGradients({ [a]: tf.tensor1d(first), [b]: tf.tensor1d([2, 1]) } as never);
  };
  step([1, 1, 1]);
  step([2, 2, 2]);
  const before = { values: problem.values(), adam: memoryOf(adam), state: numbersOf(optimizer.state) };
  return { problem, a, adam, optimizer, step, before, bad: () => step([bad, 1, 2]) };
}

function memoryOf(adam: tf.AdamOptimizer): unknown {
  const { accBeta1, accBeta2, accumulatedFirstMoment, accumulatedSecondMoment } = adam as unknown as {
    accBeta1: tf.Variable;
    accBeta2: tf.Variable;
    accumulatedFirstMoment: { variable: tf.Variable }[];
    accumulatedSecondMoment: { variable: tf.Variable }[];
  };
  const moments = [...accumulatedFirstMoment, ...accumulatedSecondMoment].map(({ variable }) => variable);
  return [accBeta1, accBeta2, ...moments].map((variable) => Array.from(variable.dataSync()));
}

function numbersOf(state: Readonly<Record<string, tf.Tensor>>): [string, number[]][] {
  return Object.entries(state).map(([name, tensor]) => [name, Array.from(tensor.dataSync())]);
}

describe.each(BACKENDS)('on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterAll(() => tf.setBackend('cpu'));

  describe.each(BAD)('a step with %s', (bad) => {
    it.each([{ onNonFinite: 'skip' } as const, {}])('is skipped with %j', async (options) => {
      const { problem, a, adam, optimizer, before, bad: badStep } = afterBadStep(bad, options);
      badStep();
      expect(problem.values()).toEqual(before.values);
      expect(memoryOf(adam)).toEqual(before.adam);
      expect(optimizer.iterations).toBe(3);
      const record = (await optimizer.records())[2]!;
      expect(record).toMatchObject({ step: 2, normAfter: 0, clipped: false, skipped: true, nonFinite: [a] });
      expect(Number.isFinite(record.normBefore)).toBe(false);
      expect(await optimizer.stats()).toMatchObject({ steps: 3, skipped: 1, clipRate: 0 });
    });

    it('is clipped without its non-finite elements with `zero`', async () => {
      const {
        problem,
        a,
        optimizer,
        before,
        bad: badStep,
      } = afterBadStep(bad, { onNonFinite: 'zero' }, globalNorm({ maxNorm: 1 }));
      badStep();
      expect(problem.values().flat().every(Number.isFinite)).toBe(true);
      expect(problem.values()).not.toEqual(before.values);
      expect(optimizer.iterations).toBe(3);
      const record = (await optimizer.records())[2]!;
      expect(record).toMatchObject({ skipped: false, nonFinite: [a] });
      // [0, 1, 2] and [2, 1]: norm √10, clipped to 1.
      expect(record.normAfter).toBeCloseTo(1, 6);
    });

    it('reaches the optimizer with `propagate`', () => {
      const { problem, optimizer, bad: badStep } = afterBadStep(bad, { onNonFinite: 'propagate' }, none());
      badStep();
      expect(problem.values()[0]![0]).toBeNaN();
      expect(problem.values()[1]!.every(Number.isFinite)).toBe(true);
      expect(optimizer.iterations).toBe(3);
    });

    it('throws with `throw` and changes no variable', () => {
      const { problem, a, adam, before, bad: badStep, step } = afterBadStep(bad, { onNonFinite: 'throw' });
      expectError(
        badStep,
        'non-finite',
        `Step 2: the gradients of ${a} have NaN or Infinity. No variable changed. ` +
          'Check the loss and the data of this step, or change `onNonFinite`.',
      );
      expect(problem.values()).toEqual(before.values);
      expect(memoryOf(adam)).toEqual(before.adam);
      step([1, 1, 1]);
      expect(problem.values()).not.toEqual(before.values);
    });

    it.each(['skip', 'zero', 'propagate'] as const)('never enters the state of a strategy with `%s`', (onNonFinite) => {
      const strategy = adaptivePercentile({ window: 5, scope: 'variable' });
      const { optimizer, before, bad: badStep } = afterBadStep(bad, { onNonFinite }, strategy as never);
      badStep();
      expect(numbersOf(optimizer.state)).toEqual(before.state);
      expect(before.state.find(([name]) => name.startsWith('filled/'))).toEqual([expect.any(String), [2]]);
    });
  });

  it('treats an element of 3e20 as finite, although its square is not', () => {
    const problem = variables({ a: [0, 0] });
    const optimizer = clipOptimizer(tf.train.sgd(1), globalNorm({ maxNorm: 5 }), { onNonFinite: 'throw' });
    optimizer.applyGradients({ [problem.names[0]!]: tf.tensor1d([3e20, 4e20]) } as never);
    expect(problem.values()[0]![0]).toBeCloseTo(-3, 5);
    expect(problem.values()[0]![1]).toBeCloseTo(-4, 5);
  });

  it('does not let perValue turn NaN into a bound', () => {
    const { problem, bad } = afterBadStep(NaN, { onNonFinite: 'propagate' }, perValue({ maxAbs: 1 }) as never);
    bad();
    expect(problem.values()[0]![0]).toBeNaN();
  });
});

describe('the limit of consecutive non-finite steps', () => {
  const giveUpAfter = (
    optimizer: ReturnType<typeof afterBadStep>,
    steps: number,
    message: (step: number) => string,
  ) => {
    for (let taken = 1; taken < steps; taken += 1) optimizer.bad();
    expectError(optimizer.bad, 'non-finite', message(1 + steps));
  };

  it.each(['skip', 'zero'] as const)(
    'comes after 20 bad steps in a row with `%s`, and names the variables',
    (policy) => {
      const trial = afterBadStep(NaN, { onNonFinite: policy });
      giveUpAfter(
        trial,
        20,
        (step) =>
          `The gradients had NaN or Infinity for 20 steps in a row, last at step ${String(step)} in ${trial.a}. ` +
          'Lower the learning rate, or check the data; `maxConsecutiveNonFinite` sets the limit.',
      );
    },
  );

  it('throws at the first step with a limit of 1', () => {
    const trial = afterBadStep(NaN, { maxConsecutiveNonFinite: 1 });
    expect(trial.bad).toThrow(`The gradients had NaN or Infinity for 1 step, last at step 2 in ${trial.a}. `);
  });

  it('follows `maxConsecutiveNonFinite`, starts again after a finite step, and allows further steps', () => {
    const trial = afterBadStep(Infinity, { maxConsecutiveNonFinite: 3 });
    trial.bad();
    trial.bad();
    trial.step([1, 1, 1]);
    giveUpAfter(
      trial,
      3,
      () =>
        `The gradients had NaN or Infinity for 3 steps in a row, last at step 7 in ${trial.a}. ` +
        'Lower the learning rate, or check the data; `maxConsecutiveNonFinite` sets the limit.',
    );
    trial.step([1, 1, 1]);
    // Two steps before, then seven; skipped ones count.
    expect(trial.optimizer.iterations).toBe(9);
  });

  it('continues to count after a step without gradients', () => {
    const trial = afterBadStep(NaN, { maxConsecutiveNonFinite: 2 });
    trial.bad();
    trial.optimizer.applyGradients({});
    expect(trial.bad).toThrow('for 2 steps in a row, last at step 4 in');
  });

  it.each([{ maxConsecutiveNonFinite: Infinity }, { onNonFinite: 'propagate', maxConsecutiveNonFinite: 1 } as const])(
    'never comes with %j',
    (options) => {
      const trial = afterBadStep(NaN, options);
      for (let taken = 0; taken < 50; taken += 1) trial.bad();
      expect(trial.optimizer.inner).toBe(trial.adam);
    },
  );
});
