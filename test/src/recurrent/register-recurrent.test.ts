import * as tf from '@tensorflow/tfjs';
import { registerRecurrent } from 'gradclip/recurrent';
import { expect, it } from 'vitest';

const CLASS_NAMES = [
  ...['SimpleRNN', 'LSTM', 'GRU'].flatMap((name) => [`Fused${name}`, `Clipped${name}`, `Clipped${name}Cell`]),
  'IdentityScaled',
  'FastOrthogonal',
  'Residual',
];

it('registerRecurrent registers every layer and initializer, and may be called twice', () => {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  expect(CLASS_NAMES.filter((name) => name in classNameMap)).toEqual([]);
  registerRecurrent();
  const registered = CLASS_NAMES.map((name) => classNameMap[name]?.[0]);
  expect(registered).not.toContain(undefined);
  registerRecurrent();
  expect(CLASS_NAMES.map((name) => classNameMap[name]?.[0])).toEqual(registered);
});
