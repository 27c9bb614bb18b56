import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instantiate } from '../../../src/kernels/module.ts';
import { normOnDevice } from '../../../src/kernels/norm-on-device.ts';
import { percentileBySelection } from '../../../src/kernels/percentile.ts';
import { BODY, HEAD, SHARED_HEAD } from '../../../src/kernels/simd-bytes.ts';
import { tensorOfValues } from '../../../src/kernels/values.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('a module for several engines', () => {
  const simd = { HEAD, SHARED_HEAD, BODY };
  const unknown = { HEAD: 'x', SHARED_HEAD: 'x', BODY: 'x' };
  const memory = new WebAssembly.Memory({ initial: 1 });

  it('is the first that the engine supports', () => {
    expect(instantiate<{ scale: unknown }>(memory, unknown, simd).scale).toBeTypeOf('function');
    expect(() => instantiate(memory, unknown)).toThrow('This engine has no WebAssembly SIMD.');
  });
});

describe('values computed on the host', () => {
  it('are rounded to float32 if they are denormal, and become the largest float32 if they are beyond', () => {
    const tensor = tensorOfValues([1e-42, 1, -1e39], [3]);
    const rounded = new Float32Array([1e-42, 1, -3.4028234663852886e38]);
    expect(Array.from(tensor.dataSync())).toEqual(Array.from(rounded));
  });

  it.each([0, 30, 50, 100])('have percentile %i even if they are infinite', (percentile) => {
    const values = tf.tensor1d([Infinity, Infinity, Infinity]);
    expect(percentileBySelection(values, tf.scalar(3), percentile).dataSync()[0]).toBe(Infinity);
  });
});

// tfjs asks the browser for this flag; here webgl computes as cpu does, so only the limits are those of half floats.
describe('norms on a device with half floats', () => {
  const flag = 'WEBGL_RENDER_FLOAT32_ENABLED';
  beforeAll(async () => {
    for (const kernel of tf.getKernelsForBackend('cpu')) tf.registerKernel({ ...kernel, backendName: 'webgl' });
    const { factory } = tf.engine().registryFactory['cpu']!;
    tf.registerBackend('webgl', factory);
    tf.env().set(flag, false);
    await tf.setBackend('webgl');
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
    tf.removeBackend('webgl');
    tf.env().set(flag, true);
  });

  it.each([
    ['a norm that the device holds', [30_000, 40_000], 50_000],
    ['the largest half float for a longer one', [60_000, 60_000], 65_504],
    ['a norm just below the largest half float', [65_370, 0], 65_370],
    ['denormal elements relative to the smallest normal number', [2 ** -20, 0], 2 ** -20],
  ])('are %s', (_, values, expected) => {
    expect(normOnDevice(tf.tensor1d(values), 2).dataSync()[0]).toBeCloseTo(expected, 10);
  });
});
