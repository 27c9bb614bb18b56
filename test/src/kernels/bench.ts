import * as tf from '@tensorflow/tfjs';
import type { Kernels } from '../../../src/kernels/index.ts';

/** One implementation of the kernels on one backend. */
export interface Bench {
  readonly title: string;
  readonly backend: string;
  readonly kernels: () => Kernels;
  /** Whether it can read values, and so returns the same tensors if nothing changes. */
  readonly decidesOnHost: boolean;
  /** The largest relative error of a sum over few elements. */
  readonly tolerance: number;
}

/** Switches tfjs to the backend of a bench. */
export async function use({ backend }: Bench): Promise<void> {
  await tf.setBackend(backend);
  await tf.ready();
  if (tf.getBackend() !== backend)
    throw new Error(`tfjs has no working ${backend} here and fell back to another backend`);
}
