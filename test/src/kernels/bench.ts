import * as tf from '@tensorflow/tfjs';
import type { Kernels } from '../../../src/kernels/index.ts';

/** One implementation of the kernels on one backend. */
export interface Bench {
  readonly title: string;
  readonly backend: string;
  readonly kernels: () => Kernels;
  /** Whether it may look at values, and so hand on the same tensors where nothing changes. */
  readonly decidesOnHost: boolean;
  /** Largest relative error of a sum over few elements. */
  readonly tolerance: number;
}

/** Makes the backend the one in use. */
export async function use({ backend }: Bench): Promise<void> {
  await tf.setBackend(backend);
  await tf.ready();
  if (tf.getBackend() !== backend) throw new Error(`tfjs has no working ${backend} here, and fell back`);
}
