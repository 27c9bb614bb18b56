import * as tf from '@tensorflow/tfjs';
import { accumulated, AccumulatedOptimizer, ClippingError, clipOptimizer, type ClippingStrategy } from 'gradclip';
import { adaptivePercentile, globalNorm, none } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { onEachBackend, recurrentModel, reloaded, weightsOf } from '../combinators/fixture.ts';

const clippedAdam = (strategy: ClippingStrategy = globalNorm({ maxNorm: 0.5 })) =>
  clipOptimizer(tf.train.adam(0.05), strategy);
const at = (variable: tf.Variable): number[] => [...variable.dataSync()];

onEachBackend(() => {
  describe('accumulated', () => {
    it('averages, clips once and takes one step', async () => {
      const w = tf.variable(tf.tensor1d([0, 0]), true, 'w');
      const optimizer = accumulated(clipOptimizer(tf.train.sgd(1), globalNorm({ maxNorm: 2.5 })), { steps: 2 });
      optimizer.applyGradients({ w: tf.tensor1d([6, 0]) });
      expect([at(w), optimizer.pending, optimizer.iterations]).toEqual([[0, 0], 1, 0]);
      optimizer.applyGradients({ w: tf.tensor1d([0, 8]) });
      // (3, 4) has norm 5, so it is halved.
      expect([at(w), optimizer.pending, optimizer.iterations]).toEqual([[-1.5, -2], 0, 1]);
      expect((await optimizer.inner.records()).map(({ normBefore }) => normBefore)).toEqual([5]);
    });

    it('counts an absent gradient as 0 and leaves out variables without any gradient', () => {
      const [a, b, c] = ['a', 'b', 'c'].map((name) => tf.variable(tf.tensor1d([0]), true, name)) as tf.Variable[];
      const received: unknown[] = [];
      const inner = tf.train.sgd(1);
      const apply = inner.applyGradients.bind(inner);
      inner.applyGradients = (gradients) => {
        received.push(
          Object.entries(gradients as tf.NamedTensorMap).map(([name, tensor]) => [name, [...tensor.dataSync()]]),
        );
        apply(gradients);
      };
      const optimizer = accumulated(inner, { steps: 4 });
      optimizer.applyGradients({ a: tf.tensor1d([4]) });
      optimizer.applyGradients([{ name: 'b', tensor: tf.tensor1d([8]) }, { name: 'a', tensor: null as never }]); // prettier-ignore
      optimizer.applyGradients([{ name: 'c', tensor: undefined as never }, { name: 'a', tensor: tf.tensor1d([2]) }]); // prettier-ignore
      optimizer.applyGradients({});
      expect(received).toEqual([[['a', [1.5]], ['b', [2]]]]); // prettier-ignore
      expect([a, b, c].map((one) => at(one as tf.Variable)[0])).toEqual([-1.5, -2, 0]);
    });

    it('has the stats and records of its optimizer', async () => {
      const w = tf.variable(tf.tensor1d([0, 0]), true, 'w');
      const optimizer = accumulated(clipOptimizer(tf.train.sgd(1), globalNorm({ maxNorm: 2.5 })), { steps: 2 });
      for (let step = 0; step < 4; step += 1) optimizer.applyGradients({ w: tf.tensor1d([6, 8]) });
      expect(await optimizer.records()).toEqual(await optimizer.inner.records());
      expect(await optimizer.stats()).toMatchObject({ steps: 2, clipRate: 1, normBefore: { max: 10 } });
      optimizer.resetStats();
      expect(await optimizer.stats()).toMatchObject({ steps: 0 });
      expect(at(w)).toEqual([-3, -4]);
    });

    it('refuses to record an optimizer that records nothing', async () => {
      const message =
        '`accumulated(optimizer)` has the records of its optimizer, but SGD has none; wrap it in `clipOptimizer` first.';
      const optimizer = accumulated(tf.train.sgd(1), { steps: 2 });
      await expect(optimizer.stats()).rejects.toThrow(message);
      await expect(optimizer.records()).rejects.toThrow(message);
      expect(() => {
        optimizer.resetStats();
      }).toThrow(message);
    });

    it('does not overflow if the average does not', () => {
      const w = tf.variable(tf.tensor1d([0]), true, 'w');
      const optimizer = accumulated(tf.train.sgd(1), { steps: 2 });
      for (let step = 0; step < 2; step += 1) optimizer.applyGradients({ w: tf.tensor1d([3e38]) });
      expect(at(w)[0]).toBe(Math.fround(-3e38));
    });

    it('applies the non-finite policy to the whole average', () => {
      const w = tf.variable(tf.tensor1d([0]), true, 'w');
      const optimizer = accumulated(clipOptimizer(tf.train.sgd(1), none(), { onNonFinite: 'skip' }), { steps: 2 });
      for (const value of [1, NaN, 1, 3]) optimizer.applyGradients({ w: tf.tensor1d([value]) });
      expect(at(w)).toEqual([-2]);
    });

    it('starts a new average after the inner optimizer threw', () => {
      const w = tf.variable(tf.tensor1d([0]), true, 'w');
      const optimizer = accumulated(clipOptimizer(tf.train.sgd(1), none(), { onNonFinite: 'throw' }), { steps: 2 });
      optimizer.applyGradients({ w: tf.tensor1d([NaN]) });
      expect(() => {
        optimizer.applyGradients({ w: tf.tensor1d([1]) });
      }).toThrow('have NaN or Infinity');
      for (const value of [1, 3]) optimizer.applyGradients({ w: tf.tensor1d([value]) });
      expect(at(w)).toEqual([-2]);
    });

    it('trains in fit like the large batch', async () => {
      const trained = async (optimizer: tf.Optimizer, batchSize: number): Promise<number[]> => {
        const { model, xs, ys } = recurrentModel();
        model.compile({ optimizer, loss: 'meanSquaredError' });
        await model.fit(xs, ys, { batchSize, epochs: 4, shuffle: false, verbose: 0 });
        return weightsOf(model);
      };
      const large = await trained(clipOptimizer(tf.train.sgd(0.1), globalNorm({ maxNorm: 0.5 })), 16);
      const small = await trained(
        accumulated(clipOptimizer(tf.train.sgd(0.1), globalNorm({ maxNorm: 0.5 })), { steps: 4 }),
        4,
      );
      small.forEach((weight, index) => {
        expect(weight).toBeCloseTo(large[index] as number, 5);
      });
    });

    it('leaks nothing over 100 steps, keeps its inputs and frees everything', () => {
      const before = tf.memory().numTensors;
      tf.tidy(() => tf.variable(tf.ones([3, 2]), true, 'w'));
      const optimizer = accumulated(clippedAdam(), { steps: 3 });
      const step = (index: number): void => {
        const gradient = tf.fill([3, 2], index);
        optimizer.applyGradients({ w: gradient });
        expect([...gradient.dataSync()]).toEqual(Array(6).fill(index));
        gradient.dispose();
      };
      // Two averages, so that Adam has all of its state.
      for (let index = 0; index < 6; index += 1) step(index);
      const steady = tf.memory().numTensors;
      for (let index = 0; index < 102; index += 1) step(index);
      expect(tf.memory().numTensors).toBe(steady);
      step(1);
      optimizer.dispose();
      optimizer.dispose();
      tf.disposeVariables();
      expect(tf.memory().numTensors).toBe(before);
    });

    it.each([
      ['clipped', () => accumulated(clippedAdam(adaptivePercentile({ window: 4, scope: 'layer' })), { steps: 3 })],
      ['plain', () => accumulated(tf.train.adam(0.05), { steps: 3 })],
      ['accumulated itself', () => accumulated(accumulated(clippedAdam(), { steps: 2 }), { steps: 3 })],
      ['clipped outside', () => clipOptimizer(accumulated(tf.train.adam(0.05), { steps: 3 }), globalNorm())],
    ])('resumes in the middle of an average bit for bit, around an optimizer that is %s', async (_, make) => {
      const compiled = (): ReturnType<typeof recurrentModel> => {
        const made = recurrentModel();
        made.model.compile({ optimizer: make(), loss: 'meanSquaredError' });
        return made;
      };
      // Four batches an epoch: after two epochs, 8 gradients, two of an average of three are there.
      const training = { batchSize: 4, shuffle: false, verbose: 0 } as const;
      const whole = compiled();
      await whole.model.fit(whole.xs, whole.ys, { ...training, epochs: 5 });
      const half = compiled();
      await half.model.fit(half.xs, half.ys, { ...training, epochs: 2 });
      const resumed = await reloaded(half.model);
      await resumed.fit(half.xs, half.ys, { ...training, epochs: 3 });
      expect(weightsOf(resumed)).toEqual(weightsOf(whole.model));
    });

    it('forwards the learning rate', () => {
      const w = tf.variable(tf.tensor1d([0]), true, 'w');
      const optimizer = accumulated(tf.train.sgd(1), { steps: 1 });
      optimizer.learningRate = 0.5;
      expect(optimizer.learningRate).toBe(0.5);
      optimizer.applyGradients({ w: tf.tensor1d([1]) });
      expect(at(w)).toEqual([-0.5]);
    });
  });
});

it('saves and restores an average with NaN as it is', async () => {
  await tf.setBackend('cpu');
  const w = tf.variable(tf.tensor1d([0]), true, 'w-of-nan');
  const [saved, again] = [accumulated(tf.train.sgd(1), { steps: 2 }), accumulated(tf.train.sgd(1), { steps: 2 })];
  saved.applyGradients({ [w.name]: tf.tensor1d([NaN]) });
  await again.setWeights(await saved.getWeights());
  expect(again.pending).toBe(1);
  again.applyGradients({ [w.name]: tf.tensor1d([1]) });
  expect(at(w)).toEqual([NaN]);
  w.dispose();
});

describe('accumulated', () => {
  it.each([0, 1.5, -1, NaN, '2', undefined])('refuses %s steps', (steps) => {
    expect(() => accumulated(tf.train.sgd(1), { steps: steps as number })).toThrow(
      `\`accumulated(optimizer, { steps })\` must be a whole number of at least 1; received ${typeof steps === 'string' ? `"${steps}"` : String(steps)}.`,
    );
  });

  it('refuses unknown options and values that are not optimizers', () => {
    expect(() => accumulated(tf.train.sgd(1), { step: 2 } as never)).toThrow(
      '`accumulated` has no option `step`; it has `steps`. Did you mean `steps`?',
    );
    expect(() => accumulated(globalNorm() as never, { steps: 2 })).toThrow(
      '`accumulated(optimizer, { steps })` wraps a tfjs optimizer, such as clipOptimizer(tf.train.adam(1e-3), globalNorm()); received {"id":"global-norm","options":{"maxNorm":1,"ord":2}}.',
    );
  });

  const config = { innerClassName: 'SGD', innerConfig: { learningRate: 1 }, accumulation: '{"steps":2,"order":[]}' };
  const refused = (message: string): ClippingError => new ClippingError('bad-spec', message);

  it.each([
    { learningRate: 1 },
    { ...config, innerClassName: undefined },
    { ...config, innerConfig: undefined },
    { ...config, accumulation: undefined },
  ])('refuses the config of something else: %j', (received) => {
    expect(() => AccumulatedOptimizer.fromConfig(AccumulatedOptimizer, received)).toThrow(
      refused(
        `\`AccumulatedOptimizer.fromConfig\` takes the config of a saved AccumulatedOptimizer; received ${JSON.stringify(received)}.`,
      ),
    );
  });

  it.each([
    ['{"steps":', 'it is not JSON'],
    ['{"steps":2}', 'it needs `steps` and `order`'],
    ['{"steps":"2","order":[]}', 'it needs `steps` and `order`'],
  ])('refuses a damaged config: %s', (accumulation, how) => {
    expect(() => AccumulatedOptimizer.fromConfig(AccumulatedOptimizer, { ...config, accumulation })).toThrow(
      refused(`The saved config of \`AccumulatedOptimizer\` is damaged: ${how}.`),
    );
  });
});
