import * as tf from '@tensorflow/tfjs';
import { ClippingError, clipOptimizer, diagnose, explainStep, type StepRecord } from 'gradclip';
import { globalNorm, none } from 'gradclip/strategies';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(() => {
  tf.disposeVariables();
});

async function recorded(norms: readonly (readonly [number, number])[], maxNorm = Infinity): Promise<StepRecord[]> {
  for (const name of ['lstm/recurrent_kernel', 'dense/kernel']) tf.variable(tf.tensor1d([0]), true, name);
  const optimizer = clipOptimizer(tf.train.sgd(0), globalNorm({ maxNorm }), { onNonFinite: 'skip' });
  for (const [loop, head] of norms) {
    optimizer.applyGradients({ 'lstm/recurrent_kernel': tf.tensor1d([loop]), 'dense/kernel': tf.tensor1d([head]) });
  }
  return optimizer.records();
}

describe('a record', () => {
  it('names the dominant variable and its share of the norm', async () => {
    const [first, second, third] = await recorded([
      [4, 3],
      [1, 1],
      [0, -7],
    ]);
    // 4 of 5; none; all.
    expect([first?.dominant, first?.dominantShare]).toEqual(['lstm/recurrent_kernel', 0.8]);
    expect(second).not.toHaveProperty('dominant');
    expect(second).not.toHaveProperty('dominantShare');
    expect([third?.dominant, third?.dominantShare]).toEqual(['dense/kernel', 1]);
  });
});

describe('explainStep', () => {
  const record = { step: 812, normBefore: 41.234, normAfter: 41.234, norms: {}, clipped: false, skipped: false };
  it.each<[string, StepRecord]>([
    ['step 812: the norm was 41.2.', record],
    ['step 812: the norm was 41.2, which was clipped to 1.', { ...record, clipped: true, normAfter: 1 }],
    [
      'step 812: the norm was 41.2, which was clipped to 1; lstm/recurrent_kernel was 98 % of it.',
      { ...record, clipped: true, normAfter: 1, dominant: 'lstm/recurrent_kernel', dominantShare: 0.989 },
    ],
    [
      'step 812: the norm was 41.2; w was most of it; the step was skipped.',
      { ...record, skipped: true, dominant: 'w' },
    ],
    [
      'step 812: the gradient of w had NaN or Infinity; the step was skipped.',
      { ...record, normBefore: NaN, skipped: true, nonFinite: ['w'] },
    ],
    ['step 812: the gradients of a, b had NaN or Infinity.', { ...record, nonFinite: ['a', 'b'] }],
    [
      'step 812: the gradients of a, b, c, d, e, f, g, h and 2 more had NaN or Infinity.',
      { ...record, nonFinite: 'a b c d e f g h i j'.split(' ') },
    ],
  ])('returns: %s', (sentence, step) => {
    expect(explainStep(step)).toBe(sentence);
  });
});

describe('diagnose', () => {
  /** Records of these norms, the last of them NaN. */
  const until = (...norms: number[]): StepRecord[] =>
    [...norms, NaN].map((normBefore, step) => ({
      ...{ step, normBefore, normAfter: normBefore, norms: {}, clipped: false, skipped: false },
      ...(Number.isNaN(normBefore) ? { nonFinite: ['w'] } : {}),
    }));

  it('summarizes a training run without NaN and names the first of the largest norms', async () => {
    // Each variable dominates half of the steps, which is not a majority.
    const records = await recorded([
      [3, 0],
      [0, 2],
      [0, 3],
      [2, 0],
    ]);
    expect(diagnose(records)).toEqual([
      'The largest norm was at step 0: the norm was 3; lstm/recurrent_kernel was 100 % of it.',
      'Of 4 steps, 0 were clipped, 0 skipped, and 0 had NaN or Infinity.',
    ]);
  });

  it('mentions no variable when none dominates', async () => {
    expect(diagnose(await recorded([[1, 1]]))).toEqual([
      'The largest norm was at step 0: the norm was 1.41.',
      'Of 1 steps, 0 were clipped, 0 skipped, and 0 had NaN or Infinity.',
    ]);
  });

  it.each([
    { about: 'more than ten times the median before it', norms: [1, 15], exploded: true },
    { about: 'ten times it', norms: [1, 10], exploded: false },
    { about: 'four times it', norms: [5, 20], exploded: false },
    // The median of the five is 3; the first is 40.
    { about: 'more than ten times it among outliers', norms: [40, 3, 50, 1, 2, 200], exploded: true },
  ])('decides by whether the norm before NaN was $about', ({ norms, exploded }) => {
    expect(diagnose(until(...norms))[1]).toContain(exploded ? 'the gradients exploded' : 'the norm was ordinary');
  });

  it('does not call the first recorded step the very first', () => {
    expect(diagnose(until().map((record) => ({ ...record, step: 300 })))[1]).toBe(
      'No step before it is recorded: check the data and the initial weights for NaN.',
    );
  });

  it('recognizes an explosion by the norms before it', async () => {
    const records = await recorded([...[1, 4, 40, 4000].map((norm) => [norm, 0] as const), [NaN, 1], [2, 0]], 50);
    expect(diagnose(records)).toEqual([
      'step 4: the gradient of lstm/recurrent_kernel had NaN or Infinity; the step was skipped.',
      'In the 4 steps before, the norm went from 1 to 4000: the gradients exploded. Clip by a global norm, or lower the learning rate.',
      'The largest norm was at step 3: the norm was 4000, which was clipped to 50; lstm/recurrent_kernel was 100 % of it.',
      'lstm/recurrent_kernel dominated 5 of 5 steps.',
      'Of 6 steps, 1 were clipped, 1 skipped, and 1 had NaN or Infinity.',
    ]);
  });

  it('points to the data when the norms were ordinary', async () => {
    const records = await recorded([
      [1, 1],
      [2, 2],
      [NaN, NaN],
    ]);
    expect(diagnose(records)[1]).toBe(
      'In the 2 steps before, the norm was ordinary, 2.83 at most: check the data of that step, and the loss for a logarithm, root or division at 0.',
    );
  });

  it('does not call falling norms or a single step an explosion', async () => {
    const falling = [9, 1, 0.01, 1e-9, 0].map((norm) => [norm, 0] as const);
    expect(diagnose(await recorded([...falling, [NaN, 0]]))[1]).toContain(
      'In the 5 steps before, the norm was ordinary, 9 at most: ',
    );
    tf.disposeVariables();
    expect(
      diagnose(
        await recorded([
          [5e9, 0],
          [NaN, 0],
        ]),
      )[1],
    ).toContain('In the step before, the norm was ordinary, 5.00e+9 at most: ');
  });

  it('recognizes NaN in the first step', async () => {
    expect(diagnose(await recorded([[NaN, 1]]))).toEqual([
      'step 0: the gradient of lstm/recurrent_kernel had NaN or Infinity; the step was skipped.',
      'It was the very first step: check the data and the initial weights for NaN.',
      'Of 1 steps, 0 were clipped, 1 skipped, and 1 had NaN or Infinity.',
    ]);
  });

  it('recognizes a slow explosion', () => {
    const norms = Array.from({ length: 218 }, (_, step) => 1.5 ** step);
    expect(diagnose(until(...norms))[1]).toBe(
      'Over the 218 steps before, the norm went from 1 to 1.63e+38: the gradients exploded slowly. ' +
        'Clip by a global norm, or lower the learning rate.',
    );
    // Training alone can change the norm this much.
    expect(diagnose(until(...norms.slice(0, 15)))[1]).toContain('the norm was ordinary');
  });

  it('recognizes gradients that died', async () => {
    const dying = await recorded([3, 2, 0, 0, 0].map((norm) => [norm, 0] as const));
    expect(diagnose(dying)[0]).toBe(
      'From step 2 on, the norm was 0: the gradients died. ' +
        'Check for units that are always 0 or saturated, and lower the learning rate.',
    );
    tf.disposeVariables();
    const neverAlive = await recorded([0, 0, 0].map((norm) => [norm, 0] as const));
    expect(diagnose(neverAlive)[0]).toBe('The norm was 0 in every step: the loss does not depend on the variables.');
    tf.disposeVariables();
    const pausing = await recorded([3, 0, 0, 0, 2, 0, 0].map((norm) => [norm, 0] as const));
    expect(diagnose(pausing)[0]).toContain('The largest norm was at step 0');
  });

  it('accepts an optimizer and reads its records', async () => {
    const w = tf.variable(tf.tensor1d([1]), true, 'w');
    const optimizer = clipOptimizer(tf.train.sgd(1), none());
    for (let step = 0; step < 3; step += 1) optimizer.minimize(() => w.square().sum());
    expect(await diagnose(optimizer)).toEqual(diagnose(await optimizer.records()));
  });

  it.each([
    [Promise.resolve([]), 'a promise; put `await` before it'],
    [undefined, 'undefined'],
    [tf.train.sgd(1), 'an optimizer without records; wrap it in `clipOptimizer` first'],
    [{ steps: 1 }, '{"steps":1}'],
  ])('refuses anything else (%#)', (source, received) => {
    expect(() => diagnose(source as never)).toThrow(
      new ClippingError('bad-option', `\`diagnose(source)\` takes an optimizer or its records; received ${received}.`),
    );
  });

  it('counts as many skipped steps as the error that gives up', async () => {
    const w = tf.variable(tf.tensor1d([1]), true, 'w');
    for (const onNonFinite of ['skip', 'zero'] as const) {
      const optimizer = clipOptimizer(tf.train.sgd(1), none(), { onNonFinite, maxConsecutiveNonFinite: 4 });
      optimizer.applyGradients({ w: tf.tensor1d([1]) });
      const train = (): void => {
        for (;;) optimizer.applyGradients({ w: tf.tensor1d([NaN]) });
      };
      expect(train).toThrow('had NaN or Infinity for 4 steps in a row, last at step 4 in w.');
      // 'zero' takes the steps before the last with a gradient of 0.
      const skipped = onNonFinite === 'skip' ? 4 : 1;
      expect((await diagnose(optimizer)).at(-1)).toBe(
        `Of 5 steps, 0 were clipped, ${skipped} skipped, and 4 had NaN or Infinity.`,
      );
      expect((await optimizer.records()).map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
      expect(Array.from(w.dataSync())).toEqual([0]);
      w.assign(tf.tensor1d([1]));
    }
  });

  it('reports when no step was recorded', async () => {
    const optimizer = clipOptimizer(tf.train.sgd(0), none(), { window: 0 });
    expect(diagnose(await optimizer.records())).toEqual([
      'No step was recorded: nothing was trained, or `window` is 0.',
    ]);
  });
});
