import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, type ClippedOptimizer, type ClippingStrategy } from 'gradclip';
import { expect, it } from 'vitest';
import { recurrentModel, reloaded, throughJson, weightsOf } from './fixture.ts';

const BATCH = { batchSize: 8, shuffle: false, verbose: 0 } as const;

/** What every strategy owes when it trains a recurrent network in `fit`, whatever it is made of. */
export function itKeepsTheLawsInTraining(make: () => ClippingStrategy): void {
  it('keeps names and shapes, leaves its inputs alone, and leaks nothing over 100 steps', async () => {
    const shapes = {
      'lstm/kernel': [2, 12],
      'lstm/recurrent_kernel': [3, 12],
      'lstm/bias': [12],
      'dense/kernel': [3, 1],
    };
    const variables = Object.entries(shapes).map(([name, shape]) => tf.variable(tf.ones(shape), true, name));
    const optimizer = clipOptimizer(tf.train.sgd(0.1), make());
    let before = 0;
    for (let step = 0; step < 101; step += 1) {
      const gradients = Object.fromEntries(
        Object.entries(shapes).map(([name, shape], place) => [
          name,
          tf.randomNormal(shape, 0, 5, 'float32', step + place),
        ]),
      );
      const given = Object.values(gradients).map((gradient) => [...gradient.dataSync()]);
      optimizer.applyGradients(gradients);
      expect(Object.values(gradients).map((gradient) => [...gradient.dataSync()])).toEqual(given);
      tf.dispose(gradients);
      if (step === 0) before = await tensorsAtRest(optimizer);
    }
    expect(await tensorsAtRest(optimizer)).toBe(before);
    expect(variables.map((variable) => variable.shape)).toEqual(Object.values(shapes));
    expect(variables.every((variable) => tf.all(tf.isFinite(variable)).dataSync()[0] === 1)).toBe(true);
    optimizer.dispose();
  });

  it('comes back from JSON as it was, and trains to the same weights', async () => {
    const strategy = make();
    const again = throughJson(strategy);
    expect(again.id).toBe(strategy.id);
    expect(again.options).toEqual(strategy.options);
    const trained = async (one: ClippingStrategy): Promise<number[]> => {
      const { model, xs, ys } = recurrentModel();
      model.compile({ optimizer: clipOptimizer(tf.train.adam(0.05), one), loss: 'meanSquaredError' });
      await model.fit(xs, ys, { ...BATCH, epochs: 3 });
      return weightsOf(model);
    };
    expect(await trained(again)).toEqual(await trained(strategy));
  });

  it('resumes from a saved model bit for bit', async () => {
    const compiled = (): ReturnType<typeof recurrentModel> => {
      const made = recurrentModel();
      made.model.compile({ optimizer: clipOptimizer(tf.train.adam(0.05), make()), loss: 'meanSquaredError' });
      return made;
    };
    const whole = compiled();
    await whole.model.fit(whole.xs, whole.ys, { ...BATCH, epochs: 6 });
    const half = compiled();
    await half.model.fit(half.xs, half.ys, { ...BATCH, epochs: 3 });
    const resumed = await reloaded(half.model);
    expect((resumed.optimizer as unknown as ClippedOptimizer).strategy.options).toEqual(make().options);
    await resumed.fit(half.xs, half.ys, { ...BATCH, epochs: 3 });
    expect(weightsOf(resumed)).toEqual(weightsOf(whole.model));
  });
}

// On a device the records of the latest steps are tensors until someone reads them.
async function tensorsAtRest(optimizer: ClippedOptimizer): Promise<number> {
  await optimizer.records();
  return tf.memory().numTensors;
}
