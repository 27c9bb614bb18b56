import { customGrad, zeros, zerosLike, type Tensor } from '@tensorflow/tfjs-core';
import { recurrentInputs, type LayerCall } from './layer-call.ts';

/** Whether a call has no step to compute: an empty batch, or sequences of length 0. */
export function isEmpty({ batch, time }: LayerCall): boolean {
  return batch * time === 0;
}

/**
 * Returns the output and the states of a call without steps.
 *
 * The states stay as they are, and the gradients of the weights are 0. Backends differ on products of empty matrices:
 * wasm returns uninitialized elements, and others throw.
 */
export function runEmptyLayer(call: LayerCall, stateCount: number): [Tensor, ...Tensor[]] {
  const { batch, time, units, returnSequences } = call;
  const states = call.initialStates ?? Array.from({ length: stateCount }, () => zeros([batch, units]));
  const output = returnSequences ? zeros([batch, time, units]) : states[0]!;
  return [addZeroGradients(output, [call.x, call.kernel, ...recurrentInputs(call)]), ...states];
}

/** Returns the tensor itself, with a gradient of 0 for each input. */
function addZeroGradients(output: Tensor, inputs: Tensor[]): Tensor {
  const identity = customGrad((...args: unknown[]) => ({
    value: (args[0] as Tensor).clone(),
    gradFunc: (dy: Tensor) => [dy.clone(), ...inputs.map((input) => zerosLike(input))],
  }));
  return identity(output, ...inputs);
}
