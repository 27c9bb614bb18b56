import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { hostKernels } from '../../src/kernels/host.ts';
import { kernels, type Kernels } from '../../src/kernels/index.ts';
import { opsKernels } from '../../src/kernels/ops.ts';
import { plainArithmetic } from '../../src/kernels/plain.ts';

/** One implementation on one backend. */
export interface Bench {
  readonly title: string;
  readonly backend: string;
  readonly kernels: () => Kernels;
  /** Largest relative error of a sum over few elements. */
  readonly tolerance: number;
}

/** Every implementation on every backend that runs in Node. */
export const benches: readonly Bench[] = [
  { title: 'cpu', backend: 'cpu', kernels, tolerance: 1e-7 },
  { title: 'cpu without WebAssembly', backend: 'cpu', kernels: () => hostKernels(plainArithmetic), tolerance: 1e-7 },
  { title: 'wasm', backend: 'wasm', kernels, tolerance: 1e-7 },
  { title: 'wasm without SIMD', backend: 'wasm', kernels: () => hostKernels(plainArithmetic), tolerance: 1e-7 },
  { title: 'ops on cpu', backend: 'cpu', kernels: () => opsKernels, tolerance: 1e-6 },
  { title: 'ops on wasm', backend: 'wasm', kernels: () => opsKernels, tolerance: 2e-6 },
];

/** Makes the backend the one in use. */
export async function use({ backend }: Bench): Promise<void> {
  await tf.setBackend(backend);
  await tf.ready();
}
