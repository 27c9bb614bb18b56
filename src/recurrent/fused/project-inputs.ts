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
 * Computes x·W for all time steps in one product; x has shape [batch, time, features], the result [batch·time, gates·units].
 *
 * Not `matMul`, because its gradients multiply transposed matrices, for which the wasm backend is 5 to 13 times slower
 * than for matrices transposed beforehand. Computes ∂L/∂x only if it is needed. The caller owns the result and may write
 * into it.
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
