import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs';

/** The device backends that work in this browser; those that do not are named on the console. */
export async function workingDevices(): Promise<string[]> {
  const working: string[] = [];
  for (const backend of ['webgl', 'webgpu']) {
    // On failure tfjs falls back to another backend and answers false.
    if ((await tf.setBackend(backend)) && tf.getBackend() === backend) working.push(backend);
    else console.warn(`tfjs has no working ${backend} in this browser`);
  }
  return working;
}
