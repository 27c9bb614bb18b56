import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs';
import { cpuForwardingFlag } from '../../../src/kernels/index.ts';

/**
 * The device backends that work in this browser; the console names the others. Shaders compute small tensors too,
 * which tfjs would compute on the cpu.
 */
export async function workingDevices(): Promise<string[]> {
  const working: string[] = [];
  for (const backend of ['webgl', 'webgpu']) {
    // On failure tfjs falls back to another backend and answers false.
    if ((await tf.setBackend(backend)) && tf.getBackend() === backend) working.push(backend);
    else console.warn(`tfjs has no working ${backend} in this browser`);
    tf.env().set(cpuForwardingFlag(backend)!, false);
  }
  return working;
}
