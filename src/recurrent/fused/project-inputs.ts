import {
  BatchMatMul,
  engine,
  getBackend,
  getKernel,
  matMul,
  registerGradient,
  registerKernel,
  reshape,
  transpose,
  util,
  zeros,
  type Tensor,
  type Tensor2D,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { shared } from '../../core/shared.ts';
import { hostBuffers } from './host/buffers.ts';

const PROJECTION = 'GradclipProjection';

/**
 * x·W for all time steps in one product; x has shape [batch, time, features], the answer [batch·time, gates·units].
 *
 * An operation of its own rather than `matMul`: its gradients transpose first, which the wasm backend multiplies
 * 5 to 13 times faster than a product that transposes on the way, and ∂L/∂x is only computed where it is asked for.
 * The answer belongs to the caller, who may write into it.
 */
export function projectInputs(x: Tensor, kernel: Tensor): Tensor2D {
  registerProjection(getBackend());
  const features = kernel.shape[0] as number;
  const rows = reshape(x, [util.sizeFromShape(x.shape.slice(0, -1)), features]);
  return engine().runKernel(PROJECTION, { rows, kernel });
}

const registeredBackends = (): Set<string> => shared('input-projection', () => new Set<string>());

function registerProjection(backendName: string): void {
  const registered = registeredBackends();
  if (registered.has(backendName)) return;
  if (registered.size === 0) {
    registerGradient({
      kernelName: PROJECTION,
      inputsToSave: ['rows', 'kernel'],
      gradFunc(gradient, saved) {
        const [rows, kernel] = saved as [Tensor2D, Tensor2D];
        const dz = gradient as Tensor2D;
        return {
          rows: () => multiplyMatrices(dz, transpose(kernel)),
          kernel: () => multiplyMatrices(transpose(rows), dz),
        };
      },
    });
  }
  registerKernel({
    kernelName: PROJECTION,
    backendName,
    kernelFunc({ inputs, backend }) {
      const { rows, kernel } = inputs as unknown as Record<'rows' | 'kernel', TensorInfo>;
      const buffers = hostBuffers();
      if (buffers) return buffers.multiply(rows, kernel);
      if (kernel.shape[0] === 0) return zeros([rows.shape[0]!, kernel.shape[1]!]);
      // Looked up on each call, because a faster kernel may replace tfjs's.
      const { kernelFunc } = getKernel(BatchMatMul, backendName);
      return kernelFunc({ inputs: { a: rows, b: kernel }, attrs: { transposeA: false, transposeB: false }, backend });
    },
  });
  registered.add(backendName);
}

function multiplyMatrices(a: Tensor2D, b: Tensor2D): Tensor2D {
  const buffers = hostBuffers();
  if (buffers) return buffers.toTensor(buffers.multiply(a, b));
  return a.shape[1] === 0 ? zeros([a.shape[0], b.shape[1]]) : matMul(a, b);
}
