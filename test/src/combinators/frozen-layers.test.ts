// Globs for layers that do not train yet: frozen ones, and those of the other network of a GAN.
import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, partition, type ClippingStrategy } from 'gradclip';
import { agc, globalNorm, perLayer, perValue } from 'gradclip/strategies';
import { afterEach, describe, expect, it } from 'vitest';

const STRATEGIES: Readonly<Record<string, (glob: string) => ClippingStrategy>> = {
  partition: (glob) => partition([{ match: glob, strategy: perValue({ maxAbs: 0.5 }) }], { default: globalNorm() }),
  'partition with agc inside': (glob) => partition([{ match: '*head', strategy: agc({ exclude: [glob] }) }]),
  'per-layer': (glob) => perLayer({ layers: { [glob]: 0.5 } }),
  agc: (glob) => agc({ exclude: [glob] }),
};

/** A model of two layers whose first is frozen. */
function headOnBase(prefix: string): tf.LayersModel {
  const base = tf.layers.dense({ name: `${prefix}base`, units: 2, inputShape: [2] });
  base.trainable = false;
  return tf.sequential({ layers: [base, tf.layers.dense({ name: `${prefix}head`, units: 1 })] });
}

let models = 0;

describe.each(Object.entries(STRATEGIES))('%s', (_, make) => {
  afterEach(() => {
    tf.disposeVariables();
  });
  const train = (model: tf.LayersModel, strategy: ClippingStrategy): Promise<unknown> => {
    const optimizer = clipOptimizer(tf.train.adam(0.1), strategy);
    model.compile({ optimizer, loss: 'meanSquaredError' });
    return model.trainOnBatch(tf.ones([4, 2]), tf.ones([4, 1]));
  };

  it('trains the head before the base is unfrozen, then both', async () => {
    const prefix = `m${String((models += 1))}-`;
    const model = headOnBase(prefix);
    const strategy = make(`${prefix}base`);
    await train(model, strategy);
    model.layers[0]!.trainable = true;
    const before = await model.layers[0]!.getWeights()[0]!.data();
    await train(model, strategy);
    expect(await model.layers[0]!.getWeights()[0]!.data()).not.toEqual(before);
  });

  it('refuses a glob that matches no variable anywhere', async () => {
    const prefix = `m${String((models += 1))}-`;
    await expect(train(headOnBase(prefix), make(`${prefix}bse`))).rejects.toThrow(/-bse` matches no (variable|layer)/);
  });
});

it('lists at most 8 of many names, and truncates a long glob', () => {
  const parameters = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`l${index}/w`, tf.scalar(0)]));
  const list = Array.from({ length: 8 }, (_, index) => `l${index}/w`).join(', ');
  expect(() => agc({ exclude: ['x'.repeat(1000)] }).init(parameters)).toThrow(
    new RegExp(`the glob \`x{70,90}…?.*\` matches no variable; the variables are ${list} and 22 more\\.$`),
  );
});
