import { maxAbs, spectralNorm, type SquareMatrix } from './spectral-norm.ts';

const SQUARINGS = 10;

/** The number of steps that {@link growthPerStep} looks at. */
export const GROWTH_STEPS = 2 ** SQUARINGS;

/**
 * ‖A^1024‖^(1/1024): the factor per step by which 1024 steps lengthen a vector at most.
 *
 * It lies between the spectral radius of A and σ₁: a matrix can lengthen a vector once and shorten it ever after.
 */
export function growthPerStep(matrix: SquareMatrix): number {
  let power = matrix;
  // The logarithm of the factor taken out of the power, per step.
  let log = 0;
  for (let squaring = 0; squaring < SQUARINGS; squaring += 1) {
    const scale = maxAbs(power.values);
    if (!(scale > 0)) return scale;
    log += Math.log(scale) / 2 ** squaring;
    power = square({ values: power.values.map((value) => value / scale), size: power.size });
  }
  return Math.exp(log + Math.log(spectralNorm(power)) / GROWTH_STEPS);
}

function square({ values, size }: SquareMatrix): SquareMatrix {
  const product = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    const row = product.subarray(i * size, (i + 1) * size);
    for (let k = 0; k < size; k += 1) {
      const factor = values[i * size + k]!;
      for (let j = 0; j < size; j += 1) row[j]! += factor * values[k * size + j]!;
    }
  }
  return { values: product, size };
}
