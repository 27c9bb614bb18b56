import * as tf from '@tensorflow/tfjs';

/** The number and shape of the gradients of one kind of model. */
export interface GradientSet {
  readonly name: 'A' | 'B' | 'C';
  readonly tensors: number;
  readonly shape: readonly [number, number];
}

/** A: a small recurrent network. B: a large one. C: a network of many small variables. */
export const SETS: readonly GradientSet[] = [
  { name: 'A', tensors: 6, shape: [521, 64] },
  { name: 'B', tensors: 20, shape: [1000, 500] },
  { name: 'C', tensors: 200, shape: [50, 100] },
];

/** Variables and their gradients, on the backend in use. */
export interface TestGradients {
  readonly gradients: Record<string, tf.Tensor>;
  readonly parameters: Record<string, tf.Variable>;
  dispose(): void;
}

let variableCount = 0;

/** Creates the variables of a set, with random gradients. */
export function createGradients({ tensors, shape }: Pick<GradientSet, 'tensors' | 'shape'>): TestGradients {
  const gradients: Record<string, tf.Tensor> = {};
  const parameters: Record<string, tf.Variable> = {};
  for (let index = 0; index < tensors; index += 1) {
    variableCount += 1;
    const name = `variable_${variableCount}`;
    gradients[name] = tf.randomNormal([...shape], 0, 0.01, 'float32', variableCount);
    parameters[name] = tf.variable(tf.zeros([...shape]), true, name);
  }
  return { gradients, parameters, dispose: () => tf.dispose([gradients, parameters]) };
}
