import {
  BatchMatMul,
  type BatchMatMulAttrs,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  type TensorInfo,
  Transpose,
  type TransposeAttrs,
  util,
} from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../kernels/wasm-backend.ts';

/**
 * The stock kernel behind explicit transposes.
 *
 * The gradient of every matrix product asks for a transposed product, and the stock kernel computes those
 * element by element, 5 to 13 times slower than its fast path. A transpose costs next to nothing.
 */
export function transposingFirst(stock: KernelConfig): KernelConfig {
  const kernelFunc: KernelFunc = (call) => {
    const { a, b } = call.inputs as unknown as Record<'a' | 'b', TensorInfo>;
    const { transposeA, transposeB } = call.attrs as unknown as BatchMatMulAttrs;
    // What the stock kernel refuses or finds empty, it must see as it came.
    const special = a.dtype !== 'float32' || b.dtype !== 'float32' || isEmpty(a) || isEmpty(b);
    if (special || !(transposeA || transposeB)) return stock.kernelFunc(call);

    const backend = call.backend as WasmBackend;
    const flipped: TensorInfo[] = [];
    const flip = (x: TensorInfo) => {
      const y = lastTwoAxesSwapped(x, backend);
      flipped.push(y);
      return y;
    };
    try {
      const inputs = { a: transposeA ? flip(a) : a, b: transposeB ? flip(b) : b };
      return stock.kernelFunc({ inputs, attrs: { transposeA: false, transposeB: false }, backend });
    } finally {
      for (const { dataId } of flipped) backend.disposeData(dataId);
    }
  };
  // The stock set-up binds the compiled function, and runs again whenever the backend is made anew.
  return { ...stock, kernelName: BatchMatMul, kernelFunc };
}

function isEmpty({ shape }: TensorInfo): boolean {
  return util.sizeFromShape(shape) === 0;
}

function lastTwoAxesSwapped(x: TensorInfo, backend: WasmBackend): TensorInfo {
  const perm = x.shape.map((_, axis) => axis);
  perm.push(...perm.splice(-2).reverse());
  const attrs = { perm } satisfies TransposeAttrs;
  // The backend registers Transpose together with BatchMatMul.
  return getKernel(Transpose, 'wasm').kernelFunc({ inputs: { x }, attrs, backend }) as TensorInfo;
}
