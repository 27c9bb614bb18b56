import { scalar, type Scalar, type Tensor1D } from '@tensorflow/tfjs-core';
import { stack, unstack, type NamedTensors } from 'gradclip/define';

// One number for each variable. The state holds each under `<name>/<variable>`, so that it follows its variable through
// saving, renaming and freezing; strategies calculate with all of them as one vector.

/** Creates the state before the first step: 0 for each variable. */
export function zeroState(name: string, parameters: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.keys(parameters).map((variable) => [`${name}/${variable}`, scalar(0)]));
}

/** Reads the numbers of the variables that have a gradient, in their order; shape [variables]. */
export function valuesOf(name: string, gradients: NamedTensors, state: NamedTensors): Tensor1D {
  return stack(Object.keys(gradients).map((variable) => state[`${name}/${variable}`] as Scalar));
}

/** Returns the state entries of the variables that have a gradient, from their values of shape [variables]. */
export function perVariableState(name: string, gradients: NamedTensors, values: Tensor1D): NamedTensors {
  const scalars = unstack(values);
  return Object.fromEntries(Object.keys(gradients).map((variable, index) => [`${name}/${variable}`, scalars[index]!]));
}
