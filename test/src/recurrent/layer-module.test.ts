import { gzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { accelerate, allowRelaxedSimd, fusedGRU, fusedLSTM, fusedSimpleRNN } from 'gradclip/recurrent';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decodeBytes } from '../../../src/kernels/module.ts';
import type { HostCell } from '../../../src/recurrent/fused/host/cell.ts';
import { findPassMemory } from '../../../src/recurrent/fused/wasm/find-memory.ts';
import { BODY, HEAD, RELAXED_BODY, SHARED_HEAD } from '../../../src/recurrent/fused/wasm/layer-bytes.ts';
import { instantiateLayerModule } from '../../../src/recurrent/fused/wasm/layer-module.ts';
import { createHeapMemory, createOwnMemory, type PassMemory } from '../../../src/recurrent/fused/wasm/pass-memory.ts';
import { LAYER_KERNEL } from '../../../src/recurrent/fused/wasm/run-layer.ts';
import { differsBy, type CallOptions } from '../../../src/recurrent/fused/wasm/self-test.ts';
import { BACKENDS } from './backends.ts';
import { BUILDS, CELLS, hasRelaxedSimd, randomCalls } from './random-calls.ts';

describe('the bytes of the recurrent module', () => {
  it.each([
    ['plain', HEAD, BODY],
    ['shared', SHARED_HEAD, BODY],
    ['relaxed', HEAD, RELAXED_BODY],
  ])('import a memory and write nothing into it at the start: %s', (_name, head, body) => {
    const ids = sectionIds(decodeBytes(head + body));
    const [imports, start, data, dataCount] = [2, 8, 11, 12];
    expect(ids).toContain(imports);
    expect(ids.filter((id) => [start, data, dataCount].includes(id))).toEqual([]);
  });

  it('add at most 4 kB, gzipped, for both builds', () => {
    expect(gzipSync(HEAD + SHARED_HEAD + BODY + RELAXED_BODY, { level: 9 }).length).toBeLessThan(4000);
  });

  it('run on a shared memory, as in the threaded build of tfjs', () => {
    const sizes = [false, true].map((shared) => {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared });
      const module = instantiateLayerModule(memory, false);
      module.setSizes(4, 1, 2, 32, 50, 16, 128);
      return module.traceBytes();
    });
    expect(sizes[1]).toBe(sizes[0]);
    expect(sizes[0]).toBeGreaterThan(32 * 50 * 4 * 128 * 4);
  });
});

function sectionIds(bytes: Uint8Array): number[] {
  const ids: number[] = [];
  for (let at = 8; at < bytes.length;) {
    ids.push(bytes[at]!);
    let size = 0;
    let shift = 0;
    do {
      at += 1;
      size |= (bytes[at]! & 127) << shift;
      shift += 7;
    } while (bytes[at]! > 127);
    at += size + 1;
  }
  return ids;
}

describe.each(BACKENDS)('the recurrent module on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });
  afterEach(() => {
    allowRelaxedSimd(true);
  });

  const memories = new Map<boolean, PassMemory>();
  const memoryOf = (isRelaxed: boolean): PassMemory => {
    const create = backend === 'cpu' ? createOwnMemory : createHeapMemory;
    if (!memories.has(isRelaxed)) memories.set(isRelaxed, create(isRelaxed));
    return memories.get(isRelaxed)!;
  };
  const difference = (isRelaxed: boolean, cell: HostCell, options: CallOptions): number =>
    tf.tidy(() => differsBy(memoryOf(isRelaxed), cell, options));

  describe.each(BUILDS)('relaxed SIMD: %s', (isRelaxed) => {
    describe.each(CELLS)('%s', (_cell, cell) => {
      const sizes: [number, number, number, number][] = [
        [1, 1, 1, 1],
        [2, 3, 1, 257],
        [65, 2, 9, 33],
        [3, 300, 2, 7],
        [4, 5, 257, 8],
        [33, 66, 3, 5],
        [7, 1, 16, 64],
      ];
      it.each(sizes)('matches the loops in JavaScript for batch %i, time %i, features %i, units %i', (...size) => {
        const [batch, time, features, units] = size;
        expect(difference(isRelaxed, cell, { batch, time, features, units })).toBeLessThan(1e-5);
      });

      it('matches the loops in JavaScript for random sizes and options', () => {
        for (const options of randomCalls(cell, 40))
          expect(difference(isRelaxed, cell, options), JSON.stringify(options)).toBeLessThan(1e-5);
      });
    });

    it('computes tanh and sigmoid to three units in the last place', () => {
      allowRelaxedSimd(isRelaxed);
      const z = Float32Array.from({ length: 40_001 }, (_, i) => (i - 20_000) / 1000).map((x) => x * Math.abs(x) * 0.25);
      const exact = { tanh: Math.tanh, sigmoid: (x: number) => 1 / (1 + Math.exp(-x)) };
      for (const [activation, compute] of Object.entries(exact)) {
        const values = activate(activation, z);
        let worst = 0;
        z.forEach((x, i) => {
          const y = compute(x);
          if (Math.abs(y) > 1e-36)
            worst = Math.max(worst, Math.abs(values[i]! - y) / 2 ** Math.floor(Math.log2(Math.abs(y))));
        });
        expect(worst / 2 ** -23, activation).toBeLessThan(3);
      }
    });

    it('computes tanh and sigmoid of NaN, infinities and zeros', () => {
      allowRelaxedSimd(isRelaxed);
      const z = Float32Array.of(NaN, Infinity, -Infinity, 0, 1e30, -1e30, 1e-30);
      expect([...activate('tanh', z)]).toEqual([NaN, 1, -1, 0, 1, -1, Math.fround(1e-30)]);
      const sigmoid = [...activate('sigmoid', z)];
      expect(sigmoid.slice(0, 2)).toEqual([NaN, 1]);
      expect(sigmoid.slice(3, 5)).toEqual([0.5, 1]);
      for (const tiny of [sigmoid[2]!, sigmoid[5]!]) expect(Math.abs(tiny)).toBeLessThan(1e-37);
    });
  });

  /** Applies an activation with a SimpleRNN whose kernel is 1. */
  function activate(activation: string, z: Float32Array): Float32Array {
    return tf.tidy(() => {
      const layer = fusedSimpleRNN({ units: 1, activation: activation as 'tanh' });
      const x = tf.tensor3d(z, [z.length, 1, 1]);
      layer.apply(x);
      layer.setWeights([tf.ones([1, 1]), tf.zeros([1, 1]), tf.zeros([1])]);
      const y = (layer.apply(x) as tf.Tensor).dataSync<'float32'>();
      layer.dispose();
      return y;
    });
  }

  it('passes its self-test', () => {
    expect(findPassMemory()).toBeDefined();
  });

  it.each([
    ['with the defaults', {}, true],
    ['backwards', { goBackwards: true, returnSequences: true }, true],
    ['clipped by value', { clipBackprop: { maxAbs: 1 } }, true],
    ['clipped by norm at the states', { clipBackprop: { maxNorm: 1, at: 'state' } }, true],
    ['with relu', { activation: 'relu' }, true],
    ['with elu, which the module does not know', { activation: 'elu' }, false],
  ])('runs a layer %s', async (_name, options, isExpected) => {
    for (const make of [fusedSimpleRNN, fusedGRU, fusedLSTM]) {
      const model = tf.sequential({
        layers: [
          tf.layers.masking({ maskValue: 0, inputShape: [4, 2] }),
          make({ units: 3, recurrentInitializer: 'glorotUniform', ...options } as never),
        ],
      });
      const x = tf.ones([2, 4, 2]);
      const { kernelNames } = await tf.profile(() => tf.tidy(() => void model.predict(x)));
      expect(kernelNames.includes(LAYER_KERNEL)).toBe(isExpected);
      model.dispose();
      x.dispose();
    }
  });

  it('gives the same gradients when nested gradients run a backward pass twice', () => {
    tf.tidy(() => {
      const layer = fusedLSTM({ units: 3, recurrentInitializer: 'glorotUniform' });
      const x = tf.randomNormal([2, 4, 2], 0, 1, 'float32', 5);
      layer.apply(x);
      const loss = (input: tf.Tensor): tf.Scalar => tf.sum(tf.square(layer.apply(input) as tf.Tensor));
      const expected = tf.grad(loss)(x).dataSync();
      let inner: number[] = [];
      const outer = tf.grad((input: tf.Tensor) => {
        const y = layer.apply(input) as tf.Tensor;
        inner = [
          ...tf
            .engine()
            .gradients(() => tf.sum(tf.square(y)) as tf.Scalar, [input])
            .grads[0]!.dataSync(),
        ];
        return tf.sum(tf.square(y));
      })(x);
      expect(inner).toEqual([...expected]);
      expect([...outer.dataSync()]).toEqual([...expected]);
    });
  });

  it('keeps its memory flat over 10,000 passes forward and backward', () => {
    const layer = fusedLSTM({ units: 2, recurrentInitializer: 'glorotUniform' });
    const x = tf.ones([2, 3, 1]);
    layer.apply(x);
    const variables = layer.weights.map((weight) => weight.read());
    const step = (): void =>
      tf.tidy(() => void tf.engine().gradients(() => tf.sum(layer.apply(x) as tf.Tensor) as tf.Scalar, variables));
    for (let i = 0; i < 10; i += 1) step();
    const { memory } = findPassMemory()!;
    const [bytes, before] = [memory.buffer.byteLength, { ...tf.memory() }];
    for (let i = 0; i < 10_000; i += 1) step();
    expect(memory.buffer.byteLength).toBe(bytes);
    const after = tf.memory();
    expect([after.numTensors, after.numBytes, after.numDataBuffers]).toEqual([
      before.numTensors,
      before.numBytes,
      before.numDataBuffers,
    ]);
    layer.dispose();
    x.dispose();
  });

  it.runIf(hasRelaxedSimd)('can forbid relaxed SIMD, whose last bits depend on the processor', () => {
    const memory = findPassMemory();
    allowRelaxedSimd(false);
    expect(findPassMemory()).not.toBe(memory);
    allowRelaxedSimd(true);
    expect(findPassMemory()).toBe(memory);
  });

  it('trains several layers at once, whose traces lie side by side', () => {
    tf.tidy(() => {
      const stack = (make: (options: never) => tf.layers.Layer): tf.Sequential =>
        tf.sequential({
          layers: [
            make({
              units: 5,
              inputShape: [6, 2],
              returnSequences: true,
              recurrentInitializer: 'glorotUniform',
            } as never),
            make({ units: 3, recurrentInitializer: 'glorotUniform' } as never),
          ],
        });
      const stock = stack(tf.layers.lstm as never);
      const fused = accelerate(stock);
      const x = tf.randomNormal([3, 6, 2], 0, 1, 'float32', 1);
      const gradients = (model: tf.Sequential): number[] => {
        const { grads } = tf.engine().gradients(
          // Two passes forward before any backward.
          () => tf.sum(tf.add(model.apply(x) as tf.Tensor, model.apply(tf.neg(x)) as tf.Tensor)) as tf.Scalar,
          model.trainableWeights.map((weight) => weight.read()),
        );
        return grads.flatMap((gradient) => [...gradient.dataSync()]);
      };
      const [actual, expected] = [gradients(fused), gradients(stock)];
      actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
    });
  });
});
