import { clipByValue, isNaN as elementsNaN, tidy, where, zerosLike, type Tensor } from '@tensorflow/tfjs-core';
import { mapChanged } from './host.ts';
import type { Kernels } from './kernels.ts';
import { sumsOf } from './step-cache.ts';

/**
 * Clamps each element to [low, high]; NaN stays NaN. Returns the same array if nothing changes.
 *
 * Only some strategies clamp, so this is apart from the kernels that every program loads.
 */
export function clamp({ host }: Kernels, tensors: readonly Tensor[], low: number, high: number): readonly Tensor[] {
  if (host === undefined) return tidy(() => tensors.map((x) => clampOnDevice(x, low, high)));
  const { arithmetic } = host;
  const [least, most] = [Math.fround(low), Math.fround(high)];
  return mapChanged(tensors, (x) => {
    // No magnitude exceeds the norm, so a cached norm can make reading the elements unnecessary.
    const { squares } = sumsOf(x);
    const inside = squares !== undefined && Math.sqrt(squares) <= Math.min(-least, most);
    return inside || arithmetic.isWithin(x, least, most) ? x : arithmetic.clamp(x, least, most);
  });
}

// `clipByValue` answers a bound for NaN on wasm, and on webgl leaves the three neighbours of one as they are.
function clampOnDevice(x: Tensor, low: number, high: number): Tensor {
  const isNaN = elementsNaN(x);
  return where(isNaN, x, clipByValue(where(isNaN, zerosLike(x), x), low, high));
}
