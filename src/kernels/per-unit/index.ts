// Operations with one sum, factor or limit for each unit or element of a tensor, on any backend.
import {
  abs,
  add,
  div,
  greater,
  logicalAnd,
  maximum,
  mean,
  mul,
  neg,
  reshape,
  sqrt,
  square,
  sub,
  tidy,
  transpose,
  type Scalar,
  type Tensor,
  util,
  where,
} from '@tensorflow/tfjs-core';
import { hasFreeReads } from '../backends.ts';
import { SMALLEST_NORMAL } from '../float32.ts';
import { wasmHeap } from '../heap.ts';
import { elementsOf } from '../loops.ts';
import { normOnDevice } from '../norm-on-device.ts';
import { createOrFallBack, perBackend } from '../per-backend.ts';
import { canCopy, sumsOf } from '../step-cache.ts';
import { columnNorms } from '../sums.ts';
import { tensorOfValues, valuesOf } from '../values.ts';
import { plainUnitPasses } from './loops.ts';
import { createHeapUnitPasses } from './on-heap.ts';
import type { Layout, UnitPasses } from './passes.ts';
import { agreesWithPlainUnitPasses } from './self-test.ts';

/** The passes of the backend in use; undefined where reads stall the device, which computes by tfjs ops. */
const unitPasses = /* @__PURE__ */ perBackend((backendName): UnitPasses | undefined => {
  if (!hasFreeReads(backendName)) return undefined;
  if (backendName !== 'wasm') return plainUnitPasses;
  return createOrFallBack(() => createHeapUnitPasses(wasmHeap()), agreesWithPlainUnitPasses, plainUnitPasses);
});

/** Computes ‖x‖ₚ along `axes`, which keep length 1. */
export function unitNorms(x: Tensor, axes: readonly number[], order: number): Tensor {
  const passes = unitPasses();
  if (passes === undefined) return tidy(() => normOnDevice(x, order, axes));
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const layout = layoutOf(x.shape, kept);
  if (layout === undefined)
    return tidy(() => reshape(unitNorms(withUnitAxesFirst(x, axes), [...axes.keys()], order), kept));
  const { blocks, rows, columns } = layout;
  if (order !== 2) return tensorOfValues(columnNorms(elementsOf(x), blocks, rows, columns, order), kept);
  const squares = passes.squares(x, layout);
  sumsOf(x).units = { shape: kept, squares };
  return tensorOfValues(squares.map(Math.sqrt), kept);
}

/**
 * Multiplies each unit by its factor. `factors` has the rank of `x`, and length 1 along the axes of a unit.
 *
 * Returns the same tensor if the host sees that all factors are 1.
 */
export function scaleUnits(x: Tensor, factors: Tensor): Tensor {
  const passes = unitPasses();
  if (passes === undefined) return mul(x, factors);
  const values = valuesOf(factors);
  if (values.every((factor) => factor === 1)) return x;
  const layout = layoutOf(x.shape, factors.shape);
  if (layout === undefined) return mul(x, factors);
  // SIMD passes take float32 factors, which hold few digits of a denormal number.
  const isDenormal = values.some((factor) => factor !== 0 && Math.abs(factor) < SMALLEST_NORMAL);
  const scaled = (isDenormal ? plainUnitPasses : passes).scale(x, factors, layout);
  cacheSquares(x, scaled, factors.shape, values);
  return scaled;
}

/** Caches Σx² of a scaled tensor, which follows from that of the original's units. */
function cacheSquares(from: Tensor, to: Tensor, shape: readonly number[], factors: ArrayLike<number>): void {
  const { units } = sumsOf(from);
  if (units?.shape.join() !== shape.join()) return;
  const squares = units.squares.reduce((sum, square, unit) => sum + square * factors[unit]! ** 2, 0);
  if (canCopy(Math.sqrt(squares))) sumsOf(to).squares = squares;
}

/** Subtracts from each unit of the last axis its mean over all other axes. */
export function subtractUnitMeans(x: Tensor): Tensor {
  if (x.size === 0) return x;
  const passes = unitPasses();
  return tidy(() => {
    if (passes === undefined) return sub(x, mean(x, [...x.shape.keys()].slice(0, -1)));
    const columns = x.shape.at(-1) ?? 1;
    const layout = { blocks: 1, rows: x.size / columns, columns };
    const means = passes.sums(x, layout).map((sum) => sum / layout.rows);
    return passes.subtract(x, tensorOfValues(means, [columns]), layout);
  });
}

/** Clamps each element to ±multiple · rms of that element, where the rms is above 0. */
export function clampToMultiples(x: Tensor, rms: Tensor, multiple: Scalar): Tensor {
  const passes = unitPasses();
  if (passes === undefined) {
    return tidy(() => {
      // An infinite multiple of 0 is NaN, which no element exceeds.
      const limit = mul(rms, multiple);
      const exceeds = logicalAnd(greater(rms, 0), greater(abs(x), limit));
      return where(exceeds, where(greater(x, 0), limit, neg(limit)), x);
    });
  }
  const value = elementsOf(multiple)[0]!;
  return passes.exceedsMultiples(x, rms, value) ? passes.clampToMultiples(x, rms, value) : x;
}

/** Computes √(decay · rms² + (1 − decay) · x²) of each element, without overflow. */
export function movingRms(rms: Tensor, x: Tensor, decay: number): Tensor {
  const passes = unitPasses();
  if (passes !== undefined) return passes.movingRms(rms, x, decay);
  return tidy(() => {
    const [before, now] = [mul(rms, Math.sqrt(decay)), mul(abs(x), Math.sqrt(1 - decay))];
    const larger = maximum(maximum(before, now), SMALLEST_NORMAL);
    return mul(larger, sqrt(add(square(div(before, larger)), square(div(now, larger)))));
  });
}

/** The layout whose units have one index of `kept`, which has length 1 along the other axes; undefined if these lie apart. */
function layoutOf(shape: readonly number[], kept: readonly number[]): Layout | undefined {
  const reduced = shape.flatMap((size, axis) => (size !== 1 && kept[axis] === 1 ? [axis] : []));
  const [first = 0, last = -1] = [reduced[0], reduced.at(-1)];
  const between = shape.slice(first, last + 1);
  if (between.some((size, index) => size !== 1 && kept[first + index] !== 1)) return undefined;
  return {
    blocks: util.sizeFromShape(shape.slice(0, first)),
    rows: util.sizeFromShape(between),
    columns: util.sizeFromShape(shape.slice(last + 1)),
  };
}

function withUnitAxesFirst(x: Tensor, axes: readonly number[]): Tensor {
  return transpose(x, [...axes, ...[...x.shape.keys()].filter((axis) => !axes.includes(axis))]);
}
