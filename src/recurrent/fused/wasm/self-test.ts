import {
  reshape,
  tensor,
  tidy,
  transpose,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { seededUniform } from '../../../core/random.ts';
import { findActivation } from '../../activations.ts';
import { runBackward as runBackwardOnHost } from '../host/backward.ts';
import { hostBuffers } from '../host/buffers.ts';
import type { HostCell } from '../host/cell.ts';
import { collectOutputs, runForward as runForwardOnHost } from '../host/forward.ts';
import { hostGRU } from '../host/gru.ts';
import { hostLSTM } from '../host/lstm.ts';
import { hostSimpleRNN } from '../host/simple-rnn.ts';
import type { LayerCall } from '../layer-call.ts';
import type { PassMemory } from './pass-memory.ts';
import { allocateTrace, runBackward, runForward } from './run-layer.ts';

const TOLERANCE = 1e-5;

/** Whether the module gives the same results and gradients as the loops in JavaScript on the backend in use. */
export function passesSelfTest(memory: PassMemory): boolean {
  // Odd sizes leave a remainder after every vector loop.
  const sizes = { batch: 5, time: 3, features: 3, units: 9 };
  return [hostSimpleRNN, hostGRU, hostLSTM].every((cell) => tidy(() => differsBy(memory, cell, sizes) < TOLERANCE));
}

/** Options of a call, and its sizes. */
export type CallOptions = Pick<LayerCall, 'batch' | 'time' | 'features' | 'units'> & Partial<LayerCall>;

/**
 * Computes the largest difference between the module and the loops in JavaScript over the result and all gradients of a
 * call with random inputs, relative to the largest magnitude of each tensor.
 */
export function differsBy(memory: PassMemory, cell: HostCell, options: CallOptions): number {
  const buffers = hostBuffers();
  if (!buffers) return Infinity;
  const call = randomCall(cell, options);
  const { kernel, recurrentKernel, batch, time, features } = call;
  const rows = reshape(call.x, [batch * time, features]);
  const gates = buffers.toTensor<Tensor2D>(buffers.multiply(rows, kernel));
  const projected = { ...call, projection: gates };
  const hostTrace = runForwardOnHost(buffers, cell, projected);
  const expected = collectOutputs(buffers, call, hostTrace);
  const dy = randomTensor(expected.shape);
  const [dz, ...gradients] = runBackwardOnHost(buffers, cell, call, hostTrace, { dy, gates, recurrentKernel });

  const pass = { memory, gates: cell.gates, call };
  const trace = allocateTrace(pass);
  const result = runForward(pass, trace);
  const compute = runBackward(pass, { kernel, recurrentKernel, trace, dy });
  const states = [compute.h, compute.c].slice(0, cell.states);
  const pairs: [Tensor, Tensor][] = [
    [result, expected],
    [compute.x(), buffers.toTensor(buffers.multiply(dz!, transpose(kernel)))],
    [compute.kernel(), buffers.toTensor(buffers.multiply(transpose(rows), dz!))],
  ];
  [compute.recurrentKernel, compute.bias, ...states].forEach((run, i) => pairs.push([run(), gradients[i]!]));
  return Math.max(...pairs.map(([a, b]) => relativeDifference(a.dataSync(), b.dataSync())));
}

function randomCall({ gates, states }: HostCell, options: CallOptions): LayerCall {
  const { batch, time, features, units } = options;
  return {
    phi: findActivation('tanh')!,
    sigma: findActivation('sigmoid')!,
    x: randomTensor([batch, time, features]) as Tensor3D,
    kernel: randomTensor([features, gates * units]) as Tensor2D,
    recurrentKernel: randomTensor([units, gates * units], 1.5 / Math.sqrt(units)) as Tensor2D,
    bias: randomTensor([gates * units]) as Tensor1D,
    initialStates: Array.from({ length: states }, () => randomTensor([batch, units]) as Tensor2D),
    // Every seventh step is masked.
    mask: tensor(
      Array.from({ length: batch * time }, (_, i) => Number(i % 7 !== 3)),
      [batch, time],
      'float32',
    ) as Tensor2D,
    goBackwards: false,
    returnSequences: true,
    returnCarry: states === 2,
    clipping: { maxAbs: null, maxNorm: 1, at: 'preactivation' },
    onGradient: null,
    ...options,
  };
}

/** Uniform numbers in [−scale, scale]. */
function randomTensor(shape: number[], scale = 1): Tensor {
  const next = seededUniform(shape.length);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, () => scale * (2 * next() - 1)),
    shape,
  );
}

function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [largest, difference] = [1e-6, 0];
  for (let i = 0; i < expected.length; i += 1) {
    largest = Math.max(largest, Math.abs(expected[i]!));
    difference = Math.max(difference, Math.abs(expected[i]! - (actual[i] ?? NaN)));
  }
  return difference / largest;
}
