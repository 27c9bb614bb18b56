import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Arithmetic } from './arithmetic.ts';
import type { Kernels } from './kernels.ts';
import { canCopy, sumsOf } from './step-cache.ts';
import { opsKernels } from './ops.ts';
import { elementsOf, plainArithmetic } from './loops.ts';
import { LARGEST, SMALLEST_NORMAL } from './float32.ts';
import { scaledNorm } from './sums.ts';
import { tensorOfValues, valuesOf } from './values.ts';

/** Kernels for a backend whose memory the host can read for the price of a copy: decisions fall on the host. */
export function hostKernels(arithmetic: Arithmetic): Kernels {
  const squaresOf = (x: Tensor) => (sumsOf(x).squares ??= arithmetic.sumOfSquares(x));
  const normOf = (x: Tensor, order: number): number => {
    if (order === 2) return Math.sqrt(squaresOf(x));
    if (order === 1) return (sumsOf(x).magnitudes ??= arithmetic.sumOfMagnitudes(x));
    if (order === Infinity) return (sumsOf(x).largest ??= arithmetic.largestMagnitude(x));
    return scaledNorm(elementsOf(x), order);
  };
  const jointNorm = (tensors: readonly Tensor[], order: number): number => {
    if (order !== 2)
      return scaledNorm(
        tensors.map((x) => normOf(x, order)),
        order,
      );
    let squares = 0;
    for (const x of tensors) squares += squaresOf(x);
    return Math.sqrt(squares);
  };
  const isFinite = (x: Tensor) => Number.isFinite(squaresOf(x));

  return {
    name: arithmetic.name,
    readsAreFree: true,
    host: {
      arithmetic,
      norms: (tensors) => new Float32Array(tensors.map((x) => inFloat32(normOf(x, 2)))),
      globalNorm: (tensors) => Math.fround(inFloat32(jointNorm(tensors, 2))),
      finite: (tensors) => tensors.map((x) => (isFinite(x) ? 1 : 0)),
    },

    norms: (tensors, order) => vector(tensors.map((x) => normOf(x, order))),
    globalNorm: (tensors, order) => scalar(jointNorm(tensors, order)),

    finite: (tensors) => vector(tensors.map((x) => (isFinite(x) ? 1 : 0))),
    zeroNonFinite: (tensors) => mapChanged(tensors, (x) => (isFinite(x) ? x : arithmetic.zeroNonFinite(x))),

    scale(tensors, factors) {
      const values = valuesOf(factors);
      if (values.every((factor) => factor === 1)) return tensors;
      return tensors.map((x, index) => {
        const factor = values[factors.rank === 0 ? 0 : index] ?? 1;
        if (factor === 1) return x;
        // SIMD passes take a float32 factor, which holds few digits of a denormal number.
        const isDenormal = factor !== 0 && Math.abs(factor) < SMALLEST_NORMAL;
        const scaled = (isDenormal ? plainArithmetic : arithmetic).scale(x, factor);
        copyScaled(x, scaled, factor);
        return scaled;
      });
    },

    limitFactors(norms, limits) {
      const broadcast = typeof limits !== 'number' && limits.rank > 0 && limits.shape.join() !== norms.shape.join();
      if (broadcast) return opsKernels.limitFactors(norms, limits);
      const limitOf = typeof limits === 'number' ? Float32Array.of(limits) : valuesOf(limits);
      const normOf = valuesOf(norms);
      const factors = new Float64Array(normOf.length);
      for (let index = 0; index < factors.length; index += 1) {
        const norm = normOf[index]!;
        const limit = limitOf[limitOf.length === 1 ? 0 : index]!;
        // A limit that became the largest float32 may have been as large as the norm.
        factors[index] = norm > limit && limit !== LARGEST ? limit / norm : 1;
      }
      return tensorOfValues(factors, norms.shape);
    },
  };
}

// Finite gradients have a finite norm. A norm beyond float32 becomes the largest float32.
const inFloat32 = (value: number) => (Number.isFinite(value) ? Math.min(value, LARGEST) : value);

/** Applies `change` to each tensor; returns the same array if it returns each tensor itself. */
export function mapChanged(tensors: readonly Tensor[], change: (x: Tensor) => Tensor): readonly Tensor[] {
  const results = tensors.map(change);
  return results.every((x, index) => x === tensors[index]) ? tensors : results;
}

/** Caches the sums of a scaled tensor, which follow from those of the original. */
function copyScaled(from: Tensor, to: Tensor, factor: number): void {
  const [known, scaled, size] = [sumsOf(from), sumsOf(to), Math.abs(factor)];
  const copied = (norm: number | undefined): number | undefined =>
    norm !== undefined && canCopy(norm * size) ? norm * size : undefined;
  scaled.magnitudes = copied(known.magnitudes);
  scaled.largest = copied(known.largest);
  const { squares } = known;
  if (squares !== undefined && copied(Math.sqrt(squares)) !== undefined) scaled.squares = squares * (factor * factor);
}

function scalar(value: number): Scalar {
  return tensorOfValues([value], []) as Scalar;
}

function vector(values: number[]): Tensor1D {
  return tensorOfValues(values, [values.length]) as Tensor1D;
}
