import {
  engine,
  getBackend,
  registerGradient,
  registerKernel,
  type Tensor,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { shared } from '../../../core/shared.ts';
import { findActivation, type FusableActivation } from '../../activations.ts';
import { countOutputRows, timeIndexOf, type LayerCall } from '../layer-call.ts';
import type { LayerModule } from './layer-module.ts';
import type { PassMemory } from './pass-memory.ts';

/** The name under which a profile of tfjs shows a layer that ran in the module. */
export const LAYER_KERNEL = 'GradclipRecurrentLayer';

// In the order of their numbers in assembly/activations.ts.
const ACTIVATIONS: readonly (FusableActivation | undefined)[] = [
  'linear',
  'tanh',
  'sigmoid',
  'hardSigmoid',
  'relu',
].map(findActivation);

/** The bytes that a 32-bit address reaches. */
const MOST_BYTES = 2 ** 32;

/** One call of a layer in the module. */
interface Pass {
  readonly memory: PassMemory;
  readonly gates: number;
  readonly call: LayerCall;
}

/** Whether the module computes this call. It knows the common activations, and addresses are limited to 4 GiB. */
export function isSupported({ memory: { module }, gates, call }: Pass): boolean {
  if (!ACTIVATIONS.includes(call.phi) || !ACTIVATIONS.includes(call.sigma)) return false;
  configure(module, gates, call);
  return module.traceBytes() < MOST_BYTES && module.scratchBytes() < MOST_BYTES;
}

/**
 * Runs a whole recurrent layer, with its input projection, in the WebAssembly module.
 *
 * It is a kernel with a gradient of its own, because tfjs then asks only for the gradients that are needed.
 *
 * @returns [batch, {@link countOutputRows}, units]
 */
export function runLayerInWasm(pass: Pass): Tensor3D {
  registerLayerKernel(getBackend());
  const { x, kernel, recurrentKernel, bias, initialStates } = pass.call;
  const [h, c] = initialStates ?? [];
  const inputs = {
    x,
    kernel,
    recurrentKernel,
    trace: allocateTrace(pass),
    ...(bias && { bias }),
    ...(h && { h }),
    ...(c && { c }),
  };
  const attributes: Attributes = {
    forward: (trace) => runForward(pass, trace),
    backward: (tensors) => runBackward(pass, tensors),
  };
  return engine().runKernel(LAYER_KERNEL, inputs, attributes as never);
}

/** The functions of the copy of this package that runs the layer, because another copy may have registered the kernel. */
interface Attributes {
  forward(trace: Tensor): Tensor;
  backward(tensors: BackwardInputs): ReturnType<typeof runBackward>;
}

/** Allocates memory for the values that the forward pass keeps for the backward pass. */
export function allocateTrace({ memory, gates, call }: Pass): Tensor {
  configure(memory.module, gates, call);
  return memory.allocate(memory.module.traceBytes());
}

/** Sets the sizes and options of a call. Before each use, because all layers share the module. */
function configure(module: LayerModule, gates: number, call: LayerCall): void {
  const { batch, time, units, kernel, goBackwards, mask, returnSequences, returnCarry, clipping } = call;
  const [phi, sigma] = [ACTIVATIONS.indexOf(call.phi), ACTIVATIONS.indexOf(call.sigma)];
  module.setSizes(gates, phi, sigma, batch, time, kernel.shape[0], units);
  module.setOptions(goBackwards, mask !== null, countOutputRows(call), returnSequences, returnCarry);
  const limit = clipping?.maxAbs ?? clipping?.maxNorm ?? Infinity;
  module.setClipping(limit, clipping?.maxAbs == null, clipping?.at === 'state');
}

/** Computes the forward pass, and fills the trace. */
export function runForward({ memory, gates, call }: Pass, trace: Tensor): Tensor {
  const { module } = memory;
  const { x, kernel, recurrentKernel, bias, initialStates, mask, batch, units } = call;
  configure(module, gates, call);
  return memory.withFrame((frame) => {
    const { tensor, address: result } = frame.output([batch, countOutputRows(call), units]);
    const scratch = frame.scratch(module.scratchBytes());
    const address = memory.addressOf(trace);
    const [h = null, c = null] = initialStates ?? [];
    module.openPass(frame.input(x), frame.input(bias), frame.input(h), frame.input(c), frame.input(mask), address);
    module.forward(frame.input(kernel), frame.input(recurrentKernel), address, scratch, result);
    return tensor;
  });
}

/** The tensors that the backward pass needs. */
interface BackwardInputs {
  readonly kernel: Tensor;
  readonly recurrentKernel: Tensor;
  readonly trace: Tensor;
  /** The gradient of the result. */
  readonly dy: Tensor;
}

// A trace holds gradients instead of the gates' outputs after its first backward pass.
const spentTraces = new WeakSet<object>();

/** Backpropagates through time, and returns for each input a function that computes its gradient. */
export function runBackward({ memory, gates, call }: Pass, { kernel, recurrentKernel, trace, dy }: BackwardInputs) {
  const { module } = memory;
  const { batch, time, units, features, initialStates, onGradient } = call;
  configure(module, gates, call);
  const states = memory.withFrame((frame) => {
    const gradients = (initialStates ?? []).map(() => frame.output([batch, units]));
    const scratch = frame.scratch(module.scratchBytes());
    const norms = onGradient ? frame.scratch(time * 8) : 0;
    const weights = frame.input(recurrentKernel);
    const address = memory.addressOf(trace);
    // With nested gradients, tfjs calls this twice for one forward pass.
    if (spentTraces.has(trace.dataId)) module.forward(frame.input(kernel), weights, address, scratch, 0);
    spentTraces.add(trace.dataId);
    const [dh = 0, dc = 0] = gradients.map((gradient) => gradient.address);
    module.backward(weights, frame.input(dy), dh, dc, norms, address, scratch);
    if (onGradient) {
      const values = Array.from(new Float64Array(memory.memory.buffer, norms, time));
      for (let step = time - 1; step >= 0; step -= 1) onGradient(timeIndexOf(call, step), values[step]!);
    }
    return gradients.map(({ tensor }) => tensor);
  });

  type GradientFunction = 'inputGradient' | 'kernelGradient' | 'recurrentGradient' | 'biasGradient';
  const compute = (name: GradientFunction, shape: number[]): Tensor => {
    configure(module, gates, call);
    return memory.withFrame((frame) => {
      const gradient = frame.output(shape);
      const scratch = frame.scratch(module.scratchBytes());
      module[name](memory.addressOf(trace), scratch, gradient.address, frame.input(kernel));
      return gradient.tensor;
    });
  };
  return {
    x: () => compute('inputGradient', [batch, time, features]),
    kernel: () => compute('kernelGradient', [features, gates * units]),
    recurrentKernel: () => compute('recurrentGradient', [units, gates * units]),
    bias: () => compute('biasGradient', [gates * units]),
    h: () => states[0]!,
    c: () => states[1]!,
  };
}

const registeredBackends = (): Set<string> => shared('recurrent-layer-kernel', () => new Set<string>());

function registerLayerKernel(backendName: string): void {
  const registered = registeredBackends();
  if (registered.has(backendName)) return;
  if (registered.size === 0) {
    registerGradient({
      kernelName: LAYER_KERNEL,
      inputsToSave: ['kernel', 'recurrentKernel', 'trace'],
      gradFunc(dy, [kernel, recurrentKernel, trace], attributes) {
        const { backward } = attributes as unknown as Attributes;
        return backward({ kernel: kernel!, recurrentKernel: recurrentKernel!, trace: trace!, dy: dy as Tensor });
      },
    });
  }
  registerKernel({
    kernelName: LAYER_KERNEL,
    backendName,
    kernelFunc: ({ inputs, attrs }) => (attrs as unknown as Attributes).forward(inputs['trace'] as Tensor),
  });
  registered.add(backendName);
}
