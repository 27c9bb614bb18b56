import * as tf from '@tensorflow/tfjs';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import { expect, it } from 'vitest';
import { kernels } from '../../../src/kernels/index.ts';
import { testKernels } from '../../src/kernels/suite.ts';
import { registerWasm } from './wasm-files.ts';

// vitest.config.ts isolates the page from other origins, so tfjs loads the build whose heap is shared by threads.
registerWasm();
setThreadsCount(2);

it('runs the kernels on a shared heap', async () => {
  expect(globalThis.crossOriginIsolated).toBe(true);
  await tf.setBackend('wasm');
  expect(tf.getBackend()).toBe('wasm');
  const { wasm } = tf.backend() as unknown as { wasm: { wasmMemory: WebAssembly.Memory } };
  expect(wasm.wasmMemory.buffer).toBeInstanceOf(SharedArrayBuffer);
  // Fails if the plain loops replaced the SIMD kernels.
  expect(kernels().name).toBe('wasm');
});

testKernels({ title: 'threaded wasm', backend: 'wasm', kernels, decidesOnHost: true, tolerance: 1e-7 });
