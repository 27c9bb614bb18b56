import { dispose, type Optimizer, type Scalar, type Variable } from '@tensorflow/tfjs-core';
import type { GradientList } from './given.ts';

interface LearningRate {
  learningRate: number;
  setLearningRate?(rate: number): void;
}

/** The learning rate of the optimizer inside a wrapper. */
export function learningRateOf(inner: Optimizer): number {
  return (inner as unknown as LearningRate).learningRate;
}

/** Sets the learning rate of the optimizer inside a wrapper; works for every stock optimizer. */
export function setLearningRateOf(inner: Optimizer, rate: number): void {
  const optimizer = inner as unknown as LearningRate;
  // SGD and Momentum multiply by a cached tensor, which only their method replaces.
  if (typeof optimizer.setLearningRate === 'function') optimizer.setLearningRate(rate);
  else optimizer.learningRate = rate;
}

/** What `minimize` does in tfjs, but for the tensors that tfjs leaves behind when a step throws. */
export function minimizeBy(
  optimizer: Optimizer,
  f: () => Scalar,
  returnCost: boolean,
  varList: Variable[] | null | undefined,
): Scalar | null {
  const { value, grads } = optimizer.computeGradients(f, varList ?? undefined);
  try {
    optimizer.applyGradients(
      varList == null ? grads : (varList.map(({ name }) => ({ name, tensor: grads[name] })) as GradientList),
    );
  } catch (error) {
    value.dispose();
    throw error;
  } finally {
    dispose(grads);
  }
  if (returnCost) return value;
  value.dispose();
  return null;
}
