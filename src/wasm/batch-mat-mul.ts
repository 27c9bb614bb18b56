import {
  BatchMatMul,
  broadcast_util,
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
 * Wraps the stock kernel so that it transposes its inputs before multiplying them.
 *
 * The gradient of every matrix product needs a transposed product. The stock kernel computes it element by element,
 * 5 to 13 times slower than its fast path. The cost of a transpose is negligible. An empty product is zeros; the stock
 * kernel leaves its elements uninitialized.
 */
export function transposeBeforeMultiplying(stock: KernelConfig): KernelConfig {
  const kernelFunc: KernelFunc = (call) => {
    const { a, b } = call.inputs as unknown as Record<'a' | 'b', TensorInfo>;
    const { transposeA, transposeB } = call.attrs as unknown as BatchMatMulAttrs;
    const backend = call.backend as WasmBackend;
    const [rows, innerA] = lastTwoAxes(a, transposeA);
    const [innerB, columns] = lastTwoAxes(b, transposeB);
    // Inputs that the stock kernel rejects go to it unchanged.
    const isRejected = a.dtype !== 'float32' || b.dtype !== 'float32' || innerA !== innerB;
    if (!isRejected && (isEmpty(a) || isEmpty(b))) {
      const outer = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
      const zeros = backend.makeOutput([...outer, rows, columns], 'float32');
      backend.typedArrayFromHeap(zeros).fill(0);
      return zeros;
    }
    if (isRejected || !(transposeA || transposeB)) return stock.kernelFunc(call);

    const transposed: TensorInfo[] = [];
    const transpose = (x: TensorInfo) => {
      const y = swapLastTwoAxes(x, backend);
      transposed.push(y);
      return y;
    };
    try {
      const inputs = { a: transposeA ? transpose(a) : a, b: transposeB ? transpose(b) : b };
      return stock.kernelFunc({ inputs, attrs: { transposeA: false, transposeB: false }, backend });
    } finally {
      for (const { dataId } of transposed) backend.disposeData(dataId);
    }
  };
  // The stock setup function binds the compiled function and runs again each time the backend is created.
  return { ...stock, kernelName: BatchMatMul, kernelFunc };
}

function lastTwoAxes({ shape }: TensorInfo, isTransposed: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return isTransposed ? [columns, rows] : [rows, columns];
}

function isEmpty({ shape }: TensorInfo): boolean {
  return util.sizeFromShape(shape) === 0;
}

function swapLastTwoAxes(x: TensorInfo, backend: WasmBackend): TensorInfo {
  const perm = x.shape.map((_, axis) => axis);
  perm.push(...perm.splice(-2).reverse());
  const attrs = { perm } satisfies TransposeAttrs;
  // The backend registers Transpose together with BatchMatMul.
  return getKernel(Transpose, 'wasm').kernelFunc({ inputs: { x }, attrs, backend }) as TensorInfo;
}
