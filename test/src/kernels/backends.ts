import '@tensorflow/tfjs-backend-wasm';
import { hostKernels } from '../../../src/kernels/host.ts';
import { kernels } from '../../../src/kernels/index.ts';
import { opsKernels } from '../../../src/kernels/ops.ts';
import { plainArithmetic } from '../../../src/kernels/loops.ts';
import type { Bench } from './bench.ts';

const plain = hostKernels(plainArithmetic);
const host = { decidesOnHost: true, tolerance: 1e-7 };
const ops = { decidesOnHost: false, kernels: () => opsKernels };

/** Every implementation on every backend that runs in Node. */
export const benches: readonly Bench[] = [
  { title: 'cpu', backend: 'cpu', kernels, ...host },
  { title: 'cpu without WebAssembly', backend: 'cpu', kernels: () => plain, ...host },
  { title: 'wasm', backend: 'wasm', kernels, ...host },
  { title: 'wasm without SIMD', backend: 'wasm', kernels: () => plain, ...host },
  { title: 'ops on cpu', backend: 'cpu', tolerance: 1e-6, ...ops },
  { title: 'ops on wasm', backend: 'wasm', tolerance: 2e-6, ...ops },
];
