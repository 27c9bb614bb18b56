import { scalar, stack, unstack, type Scalar, type Tensor1D } from '@tensorflow/tfjs-core';
import type { NamedTensors } from 'gradclip/define';

// A memory of one number for each variable, kept as `<what>/<variable>` so that it follows a variable through
// saving, renaming and freezing, and worked on as one vector.

/** The memory before the first step: 0 for each variable. */
export function zerosFor(what: string, parameters: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.keys(parameters).map((variable) => [`${what}/${variable}`, scalar(0)]));
}

/** What is remembered of the variables that have a gradient, in their order; shape [variables]. */
export function remembered(what: string, gradients: NamedTensors, state: NamedTensors): Tensor1D {
  return stack(Object.keys(gradients).map((variable) => state[`${what}/${variable}`] as Scalar)) as Tensor1D;
}

/** The entries that replace those of the variables that have a gradient, from shape [variables]. */
export function filed(what: string, gradients: NamedTensors, values: Tensor1D): NamedTensors {
  const each = unstack(values);
  return Object.fromEntries(Object.keys(gradients).map((variable, place) => [`${what}/${variable}`, each[place]!]));
}
