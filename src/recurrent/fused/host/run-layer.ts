import { customGrad, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { recurrentInputs, type ProjectedCall } from '../layer-call.ts';
import { runBackward } from './backward.ts';
import type { HostBuffers } from './buffers.ts';
import type { HostCell } from './cell.ts';
import { collectOutputs, runForward } from './forward.ts';

/**
 * Runs a whole recurrent layer as one differentiable operation, for backends whose buffers the host can access.
 *
 * The backend computes the matrix products of the steps; the gates between them are loops over its buffers. The
 * gates' outputs overwrite the projection, so a call keeps only (gates + slots)·units numbers per row and step.
 *
 * @returns [batch, {@link countOutputRows}, units]
 */
export function runLayerOnHost(buffers: HostBuffers, cell: HostCell, call: ProjectedCall): Tensor3D {
  const run = customGrad((...args: unknown[]) => {
    const save = args[args.length - 1] as (tensors: Tensor[]) => void;
    const { projection, recurrentKernel } = call;
    const trace = runForward(buffers, cell, call);
    const value = collectOutputs(buffers, call, trace);
    save([projection, recurrentKernel]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        runBackward(buffers, cell, call, trace, { dy, gates: saved[0]!, recurrentKernel: saved[1]! }),
    };
  });
  return run(call.projection, ...recurrentInputs(call)) as Tensor3D;
}
