import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { expect, it } from 'vitest';
import { cpuForwardingFlag, hasFreeReads, hasSlowBroadcasting } from '../../../src/kernels/backends.ts';

it.each([
  { backend: 'cpu', isFree: true, flag: undefined },
  { backend: 'wasm', isFree: true, flag: undefined },
  { backend: 'webgl', isFree: false, flag: 'WEBGL_CPU_FORWARD' },
  { backend: 'webgpu', isFree: false, flag: 'WEBGPU_CPU_FORWARD' },
])('reads of $backend are free: $isFree, and small tensors are forwarded by $flag', ({ backend, isFree, flag }) => {
  expect(hasFreeReads(backend)).toBe(isFree);
  expect(cpuForwardingFlag(backend)).toBe(flag);
});

it.each([
  ['cpu', true],
  ['wasm', false],
])('broadcasting is slow on %s: %s', async (backend, isSlow) => {
  await tf.setBackend(backend);
  expect(hasSlowBroadcasting()).toBe(isSlow);
});
