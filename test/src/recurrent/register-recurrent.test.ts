import * as tf from '@tensorflow/tfjs';
import { expect, it, vi } from 'vitest';

const CLASS_NAMES = [
  ...['SimpleRNN', 'LSTM', 'GRU'].flatMap((name) => [`Fused${name}`, `Clipped${name}`, `Clipped${name}Cell`]),
  'IdentityScaled',
  'FastOrthogonal',
  'Residual',
];

it('registerRecurrent registers every layer and initializer, and may be called twice', async () => {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  // Other files of the same process may have registered them.
  for (const name of CLASS_NAMES) Reflect.deleteProperty(classNameMap, name);
  vi.resetModules();
  const { registerRecurrent } = await import('gradclip/recurrent');
  expect(CLASS_NAMES.filter((name) => name in classNameMap)).toEqual([]);
  registerRecurrent();
  const registered = CLASS_NAMES.map((name) => classNameMap[name]?.[0]);
  expect(registered).not.toContain(undefined);
  registerRecurrent();
  expect(CLASS_NAMES.map((name) => classNameMap[name]?.[0])).toEqual(registered);
});
