import { tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { Arithmetic } from './arithmetic.ts';
import { elementsOf, tensorFrom, plainArithmetic } from './loops.ts';

/** Ordinary values. The odd size leaves a remainder after every vector loop. */
export const ORDINARY = Float32Array.from({ length: 83 }, (_, index) => Math.sin(index) * 2 ** (index % 90));
/** Values that an implementation may get wrong. */
export const SPECIAL = Float32Array.of(NaN, -Infinity, 1, -0, 3e20, -1e-25, 1e-42, 2, Infinity, NaN, -7);

/** Whether an arithmetic gives the same results as plain loops on the backend in use. */
export function agreesWithPlainLoops(arithmetic: Arithmetic): boolean {
  return tidy(() => {
    const ordinary = tensorFrom(ORDINARY.slice(), [ORDINARY.length]);
    const special = tensorFrom(SPECIAL.slice(), [SPECIAL.length]);
    return [ordinary, special].every((x) => isClose(computeAll(arithmetic, x), computeAll(plainArithmetic, x)));
  });
}

function computeAll(arithmetic: Arithmetic, x: Tensor): number[] {
  return [
    arithmetic.sumOfSquares(x),
    arithmetic.sumOfMagnitudes(x),
    arithmetic.largestMagnitude(x),
    Number(arithmetic.isWithin(x, -1, 1)),
    Number(arithmetic.isWithin(x, -3e38, 3e38)),
    ...elementsOf(arithmetic.scale(x, 0.375)),
    ...elementsOf(arithmetic.clamp(x, -0.5, 2)),
    ...elementsOf(arithmetic.zeroNonFinite(x)),
  ];
}

/** Whether all values are equal up to rounding: in float64, unless a relative tolerance is given. */
export function isClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12): boolean {
  return Array.from(expected).every((value, index) => {
    const other = actual[index] ?? NaN;
    return Object.is(value, other) || Math.abs(value - other) <= tolerance * Math.abs(value);
  });
}
