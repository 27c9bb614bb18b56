import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { repairWasmBackend, undoWasmRepairs } from 'gradclip/wasm';
import { seededUniform } from '../../../src/core/random.ts';

beforeAll(async () => {
  await tf.setBackend('wasm');
  await tf.ready();
});
afterEach(async () => {
  undoWasmRepairs();
  await tf.setBackend('wasm');
});

function randomIntegers(seed: number): (below: number) => number {
  const next = seededUniform(seed);
  return (below) => Math.floor(next() * below);
}

type Matrices = {
  a: Float32Array;
  aShape: number[];
  b: Float32Array;
  bShape: number[];
  transposes: [boolean, boolean];
};

function randomProducts(count: number): Matrices[] {
  const next = randomIntegers(7);
  return Array.from({ length: count }, () => {
    const transposes: [boolean, boolean] = [next(2) === 1, next(2) === 1];
    const [rows, inner, columns] = [1 + next(24), 1 + next(40), 1 + next(24)] as const;
    // Batches of ranks 2, 3 and 4, some of them broadcast.
    const batch = [[], [3], [2, 2], [1]][next(4)]!;
    const batchOfB = batch.length === 1 && next(2) === 1 ? [1] : batch;
    const aShape = [...batch, ...(transposes[0] ? [inner, rows] : [rows, inner])];
    const bShape = [...batchOfB, ...(transposes[1] ? [columns, inner] : [inner, columns])];
    const values = (shape: number[]) =>
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => (next(2001) - 1000) / 500);
    return { a: values(aShape), aShape, b: values(bShape), bShape, transposes };
  });
}

function product({ a, aShape, b, bShape, transposes }: Matrices): Float32Array {
  return tf.tidy(() => tf.matMul(tf.tensor(a, aShape), tf.tensor(b, bShape), ...transposes).dataSync<'float32'>());
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (x, i) => Math.abs(x - b[i]!)).reduce((m, d) => Math.max(m, d), 0);

describe('repairWasmBackend', () => {
  it('multiplies like the stock kernel and the cpu backend for 200 random shapes', async () => {
    const products = randomProducts(200);
    const stock = products.map(product);
    repairWasmBackend();
    const before = tf.engine().backend.numDataIds();
    const repaired = products.map(product);
    expect(tf.engine().backend.numDataIds()).toBe(before);
    await tf.setBackend('cpu');
    const cpu = products.map(product);
    products.forEach((_, i) => {
      // Each result sums up to 40 float32 products of numbers of at most 2.
      expect(largestDifference(repaired[i]!, stock[i]!)).toBeLessThan(1e-4);
      expect(largestDifference(repaired[i]!, cpu[i]!)).toBeLessThan(1e-4);
    });
  });

  it('keeps a kernel that the program registers after the repair', () => {
    repairWasmBackend();
    const stock = tf.getKernel('BatchMatMul', 'wasm');
    const own = { ...stock };
    tf.unregisterKernel('BatchMatMul', 'wasm');
    tf.registerKernel(own);
    undoWasmRepairs();
    expect(tf.getKernel('BatchMatMul', 'wasm')).toBe(own);
    expect(tf.getKernel('UnsortedSegmentSum', 'wasm')).toBe(undefined);
    // The next repair wraps it, and undoing that restores it.
    repairWasmBackend();
    expect(tf.getKernel('BatchMatMul', 'wasm')).not.toBe(own);
    undoWasmRepairs();
    expect(tf.getKernel('BatchMatMul', 'wasm')).toBe(own);
  });

  it('returns zeros for empty products of every shape', () => {
    repairWasmBackend();
    for (const [aShape, bShape, transposes, expected] of [
      [
        [2, 0],
        [0, 3],
        [false, false],
        [2, 3],
      ],
      [
        [0, 2],
        [3, 0],
        [true, true],
        [2, 3],
      ],
      [
        [4, 1, 2, 0],
        [5, 0, 3],
        [false, false],
        [4, 5, 2, 3],
      ],
      [
        [0, 2],
        [2, 3],
        [false, false],
        [0, 3],
      ],
      [
        [0, 2, 4],
        [0, 4, 3],
        [false, false],
        [0, 2, 3],
      ],
    ] as [number[], number[], [boolean, boolean], number[]][]) {
      tf.tidy(() => {
        // Memory that was in use before, which an uninitialized result would show.
        for (let i = 0; i < 20; i += 1) tf.fill([4, 5, 2, 3], 7).dispose();
        const result = tf.matMul(tf.zeros(aShape), tf.zeros(bShape), ...transposes);
        expect(result.shape).toEqual(expected);
        expect([...result.dataSync()].every((value) => value === 0)).toBe(true);
      });
    }
    expect(() => tf.matMul(tf.zeros([2, 0]), tf.zeros([3, 4]))).toThrow('inner shapes (0) and (3)');
  });

  it('sums segments like the cpu backend for 200 random shapes', async () => {
    const next = randomIntegers(11);
    const cases = Array.from({ length: 200 }, () => {
      const numSegments = 1 + next(9);
      const shape = [[], [5], [3, 2]][next(3)]!;
      const rows = 1 + next(20);
      // Some ids lie outside the range.
      const ids = Int32Array.from({ length: rows }, () => next(numSegments + 2) - 1);
      const xShape = [rows, ...shape];
      const x = Float32Array.from({ length: tf.util.sizeFromShape(xShape) }, () => next(2001) / 500 - 2);
      return { x, xShape, ids, numSegments };
    });
    const run = ({ x, xShape, ids, numSegments }: (typeof cases)[number]) =>
      tf.tidy(() => {
        const inputs = { x: tf.tensor(x, xShape), segmentIds: tf.tensor1d(ids, 'int32') };
        const out = tf.engine().runKernel('UnsortedSegmentSum', inputs, { numSegments }) as tf.Tensor;
        return { shape: out.shape, values: out.dataSync() };
      });
    repairWasmBackend();
    const repaired = cases.map(run);
    await tf.setBackend('cpu');
    cases.map(run).forEach((cpu, i) => {
      expect(repaired[i]!.shape).toEqual(cpu.shape);
      expect(largestDifference(repaired[i]!.values, cpu.values)).toBeLessThan(1e-4);
    });
  });

  it('multiplies empty matrices and rejects integers like the stock kernel', () => {
    const attempt = (f: () => tf.Tensor) => {
      try {
        return f().shape;
      } catch (error) {
        return (error as Error).message;
      }
    };
    const both = () => [
      attempt(() => tf.matMul(tf.zeros([0, 3]), tf.zeros([0, 2]), true)),
      attempt(() =>
        tf
          .engine()
          .runKernel(
            'BatchMatMul',
            { a: tf.ones([2, 3], 'int32'), b: tf.ones([2, 3], 'int32') },
            { transposeA: true, transposeB: false },
          ),
      ),
    ];
    const stock = both();
    repairWasmBackend();
    expect(both()).toEqual(stock);
  });

  it('can be repeated and is fully undone by one call', () => {
    const warn = vi.spyOn(console, 'warn');
    const stock = [tf.getKernel('BatchMatMul', 'wasm'), tf.getKernel('UnsortedSegmentSum', 'wasm')];
    const undo = repairWasmBackend();
    const repaired = tf.getKernel('BatchMatMul', 'wasm');
    expect(repaired).not.toBe(stock[0]);
    repairWasmBackend();
    expect(tf.getKernel('BatchMatMul', 'wasm')).toBe(repaired);
    undo();
    undo();
    expect([tf.getKernel('BatchMatMul', 'wasm'), tf.getKernel('UnsortedSegmentSum', 'wasm')]).toEqual(stock);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('trains an embedding with an LSTM, which stock wasm cannot, with the same losses as cpu', async () => {
    const train = async () => {
      const model = tf.sequential({
        layers: [
          tf.layers.embedding({
            inputDim: 12,
            outputDim: 6,
            inputLength: 7,
            embeddingsInitializer: tf.initializers.randomUniform({ seed: 1 }),
          }),
          tf.layers.lstm({
            units: 5,
            kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }),
            recurrentInitializer: tf.initializers.glorotUniform({ seed: 3 }),
          }),
          tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotUniform({ seed: 4 }) }),
        ],
      });
      model.compile({ optimizer: tf.train.sgd(0.5), loss: 'meanSquaredError' });
      const next = randomIntegers(3);
      const tokens = Array.from({ length: 16 }, () => Array.from({ length: 7 }, () => next(12)));
      const xs = tf.tensor2d(tokens, [16, 7], 'int32');
      const ys = tf.tensor2d(tokens.map((row) => [row[0]! > 5 ? 1 : 0]));
      try {
        const { history } = await model.fit(xs, ys, {
          epochs: 12,
          batchSize: 16,
          shuffle: false,
        });
        return history.loss as number[];
      } finally {
        model.dispose();
        tf.dispose([xs, ys]);
      }
    };
    await expect(train()).rejects.toThrow('UnsortedSegmentSum');
    repairWasmBackend();
    const wasm = await train();
    expect(wasm.at(-1)!).toBeLessThan(0.8 * wasm[0]!);
    await tf.setBackend('cpu');
    const cpu = await train();
    expect(largestDifference(wasm, cpu)).toBeLessThan(1e-4);
  });

  it('works before the backend is created and throws if no backend is registered', async () => {
    const factory = tf.findBackendFactory('wasm');
    tf.removeBackend('wasm');
    expect(() => repairWasmBackend()).toThrow(
      "`repairWasmBackend()` needs the `wasm` backend, but it is not registered; `import '@tensorflow/tfjs-backend-wasm'` first, with the same copy of tfjs-core.",
    );
    tf.registerBackend('wasm', factory, 2);
    repairWasmBackend();
    await tf.setBackend('wasm');
    const [sample] = randomProducts(1);
    const wasm = product(sample!);
    await tf.setBackend('cpu');
    expect(largestDifference(wasm, product(sample!))).toBeLessThan(1e-4);
  });
});
