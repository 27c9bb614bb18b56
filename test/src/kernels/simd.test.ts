import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { createChunkedArithmetic } from '../../../src/kernels/in-chunks.ts';
import { createHeapArithmetic } from '../../../src/kernels/on-heap.ts';
import { wasmHeap } from '../../../src/kernels/heap.ts';
import { agreesWithPlainLoops } from '../../../src/kernels/self-test.ts';
import { instantiateSimd } from '../../../src/kernels/simd.ts';
import { plainArithmetic } from '../../../src/kernels/loops.ts';
import { brief } from '../../support/settings.ts';
import * as oracle from './oracle.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

describe('the SIMD module', () => {
  // Mutation testing changes no WebAssembly, and compiling takes longer than all other tests of this folder.
  it.skipIf(brief)('matches the compiled source', () => {
    // Throws if the bytes are stale, and names the command to run.
    execFileSync('node', ['scripts/build-kernels.mjs', '--check'], { cwd: root });
  });

  it.each([0, 1, 15, 16, 17, 63, 64, 65, 1000])(
    'sums %i elements identically on plain and on shared memory',
    (count) => {
      const values = oracle.numbers(count, 2);
      const sums = [false, true].map((shared) => {
        const memory = new WebAssembly.Memory({ initial: 2, maximum: 65_536, shared });
        new Float32Array(memory.buffer, 4, count).set(values);
        const simd = instantiateSimd(memory);
        return [simd.sumOfSquares(4, count), simd.sumOfMagnitudes(4, count), simd.largestMagnitude(4, count)];
      });
      expect(sums[0]).toEqual(sums[1]);
      const [squares, magnitudes, largest] = sums[0]!;
      expect(squares).toBeCloseTo(oracle.norm(values, 2) ** 2, 9);
      expect(magnitudes).toBeCloseTo(oracle.norm(values, 1), 9);
      expect(largest).toBe(oracle.norm(values, Infinity));
    },
  );

  it('sums squares beyond the range of float32, both large and small', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const values = new Float32Array(memory.buffer);
    const simd = instantiateSimd(memory);
    values.fill(3e38, 0, 100);
    expect(simd.sumOfSquares(0, 100) / (100 * Math.fround(3e38) ** 2)).toBeCloseTo(1, 12);
    values.fill(1e-44, 0, 100);
    expect(simd.sumOfSquares(0, 100) / (100 * Math.fround(1e-44) ** 2)).toBeCloseTo(1, 12);
  });

  it('writes nothing after the last element', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const simd = instantiateSimd(memory);
    const values = new Float32Array(memory.buffer, 0, 200);
    for (const count of [1, 3, 4, 15, 16, 17, 50]) {
      values.fill(0.5).fill(9, 100);
      simd.scale(0, 400, count, 2);
      expect([...values.subarray(100, 100 + count + 1)]).toEqual([...new Array<number>(count).fill(1), 9]);
      values.fill(9, 100);
      simd.clamp(0, 400, count, 0, 0.25);
      expect([...values.subarray(100, 100 + count + 1)]).toEqual([...new Array<number>(count).fill(0.25), 9]);
      values.fill(9, 100);
      simd.zeroNonFinite(0, 400, count);
      expect([...values.subarray(100, 100 + count + 1)]).toEqual([...new Array<number>(count).fill(0.5), 9]);
    }
  });
});

describe('the self-test', () => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
  });

  it('passes on the heap of tfjs and in chunks, and leaks no tensors', async () => {
    const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
    expect(agreesWithPlainLoops(createHeapArithmetic(wasmHeap()))).toBe(true);
    expect([tf.memory().numTensors, tf.engine().backend.numDataIds()]).toEqual(before);
    await tf.setBackend('cpu');
    expect(agreesWithPlainLoops(createChunkedArithmetic())).toBe(true);
    await tf.setBackend('wasm');
  });

  it.each([
    { what: 'a wrong sum', broken: { sumOfSquares: (x: tf.Tensor) => plainArithmetic.sumOfSquares(x) * (1 + 1e-9) } },
    { what: 'a lost NaN', broken: { largestMagnitude: () => 1 } },
    { what: 'a scaling that changes nothing', broken: { scale: (x: tf.Tensor) => tf.clone(x) } },
    { what: 'a clamp that loses NaN', broken: { clamp: (x: tf.Tensor) => tf.clipByValue(x, -0.5, 2) } },
    { what: 'bounds that are ignored', broken: { isWithin: () => true } },
  ])('fails for $what', ({ broken }) => {
    expect(agreesWithPlainLoops({ ...plainArithmetic, ...broken })).toBe(false);
  });

  it('makes kernels fall back to plain loops if the heap of tfjs is not accessible', async () => {
    const { kernels } = await import('../../../src/kernels/index.ts');
    const factory = tf.findBackendFactory('wasm');
    tf.removeBackend('wasm');
    tf.registerBackend('wasm', factory, 2);
    await tf.setBackend('wasm');
    const backend = tf.backend() as unknown as { wasm: { asm: Record<string, unknown> } };
    const { asm } = backend.wasm;
    // The other exports stay, because tfjs needs them.
    backend.wasm.asm = { ...asm, memory: undefined };
    try {
      expect(kernels().name).toBe('cpu');
      const norm = tf.tidy(
        () =>
          kernels()
            .globalNorm([tf.tensor1d([3, 4])], 2)
            .dataSync()[0],
      );
      expect(norm).toBe(5);
    } finally {
      backend.wasm.asm = asm;
    }
  });
});
