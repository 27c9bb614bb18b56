// Facts about tfjs backends that tfjs itself does not expose.
import { getBackend } from '@tensorflow/tfjs-core';

/** Whether reading a tensor of this backend costs no more than a copy. */
export function hasFreeReads(backend: string): boolean {
  return backend === 'cpu' || backend === 'wasm';
}

/** Whether broadcasting ops are slow on the backend in use. tfjs broadcasts slowly on cpu only. */
export function hasSlowBroadcasting(): boolean {
  return getBackend() === 'cpu';
}

/** The tfjs flag that lets a GPU backend compute small tensors on the CPU; undefined for other backends. */
export function cpuForwardingFlag(backend: string): string | undefined {
  return CPU_FORWARDING_FLAGS.get(backend);
}

const CPU_FORWARDING_FLAGS = new Map([
  ['webgl', 'WEBGL_CPU_FORWARD'],
  ['webgpu', 'WEBGPU_CPU_FORWARD'],
]);
