import * as tf from '@tensorflow/tfjs';

/** Gradients of one size of model. */
export interface GradientSet {
  readonly name: 'A' | 'B' | 'C';
  readonly tensors: number;
  readonly shape: readonly [number, number];
}

/** A small recurrent network; a large one; one of many small parts. */
export const SETS: readonly GradientSet[] = [
  { name: 'A', tensors: 6, shape: [521, 64] },
  { name: 'B', tensors: 20, shape: [1000, 500] },
  { name: 'C', tensors: 200, shape: [50, 100] },
];

/** Variables and gradients in the memory of the backend in use. */
export interface Held {
  readonly gradients: Record<string, tf.Tensor>;
  readonly parameters: Record<string, tf.Variable>;
  dispose(): void;
}

let made = 0;

/** Makes the variables and gradients of a set. */
export function hold({ tensors, shape }: Pick<GradientSet, 'tensors' | 'shape'>): Held {
  const gradients: Record<string, tf.Tensor> = {};
  const parameters: Record<string, tf.Variable> = {};
  for (let index = 0; index < tensors; index += 1) {
    made += 1;
    const name = `variable_${made}`;
    gradients[name] = tf.randomNormal([...shape], 0, 0.01, 'float32', made);
    parameters[name] = tf.variable(tf.zeros([...shape]), true, name);
  }
  return { gradients, parameters, dispose: () => tf.dispose([gradients, parameters]) };
}
