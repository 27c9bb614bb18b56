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
import { opsKernels } from '../ops.ts';
import { createOrFallBack, perBackend } from '../per-backend.ts';
import { canCopy, sumsOf } from '../step-cache.ts';
import { columnNorms } from '../sums.ts';
import { tensorOfValues, valuesOf } from '../values.ts';
import { plainUnitPasses } from './loops.ts';
import { chunkMemory, heapMemory } from './pass-memory.ts';
import type { Layout, UnitPasses } from './passes.ts';
import { agreesWithPlainUnitPasses } from './self-test.ts';
import { createSimdUnitPasses } from './simd-passes.ts';

/** The passes of the backend in use; undefined where reads stall the device, which computes by tfjs ops. */
const unitPasses = /* @__PURE__ */ perBackend((backendName): UnitPasses | undefined => {
  if (!hasFreeReads(backendName)) return undefined;
  const create = () => createSimdUnitPasses(backendName === 'wasm' ? heapMemory(wasmHeap()) : chunkMemory());
  return createOrFallBack(create, agreesWithPlainUnitPasses, plainUnitPasses);
});

/** Computes ‖x‖ₚ along `axes`, which keep length 1. */
export function unitNorms(x: Tensor, axes: readonly number[], order: number): Tensor {
  const passes = unitPasses();
  if (passes === undefined) return tidy(() => normOnDevice(x, order, axes));
  const kept = keptShape(x, axes);
  if (order === 2) return tensorOfValues(squaresOf(passes, x, axes, kept).map(Math.sqrt), kept);
  const norms = withLayout(x, axes, kept, (units, { blocks, rows, columns }) =>
    columnNorms(elementsOf(units), blocks, rows, columns, order),
  );
  return tensorOfValues(norms, kept);
}

/**
 * Multiplies each unit by its factor. `factors` has the rank of `x`, and length 1 along the axes of a unit.
 *
 * Returns the same tensor if the host sees that all factors are 1.
 */
export function scaleUnits(x: Tensor, factors: Tensor): Tensor {
  const passes = unitPasses();
  return passes === undefined ? mul(x, factors) : scaleBy(passes, x, valuesOf(factors), factors.shape);
}

/** Clips ‖x‖₂ along `axes` to `ratio` · max(‖w‖₂, `floor`). */
export function clipUnits(x: Tensor, weights: Tensor, axes: readonly number[], ratio: number, floor: number): Tensor {
  const passes = unitPasses();
  if (passes === undefined)
    return tidy(() => {
      const [norms, others] = [normOnDevice(x, 2, axes), normOnDevice(weights, 2, axes)];
      return mul(x, opsKernels.limitFactors(norms, mul(ratio, maximum(others, floor))));
    });
  const kept = keptShape(x, axes);
  const weightSquares = squaresOf(passes, weights, axes, kept);
  const factors = squaresOf(passes, x, axes, kept).map((square, unit) => {
    const norm = Math.sqrt(square);
    const limit = ratio * Math.max(Math.sqrt(weightSquares[unit]!), floor);
    return norm > limit ? limit / norm : 1;
  });
  return scaleBy(passes, x, factors, kept);
}

/** Σx² of each unit. */
function squaresOf(passes: UnitPasses, x: Tensor, axes: readonly number[], kept: number[]): Float64Array {
  const squares = withLayout(x, axes, kept, passes.squares);
  sumsOf(x).units = { shape: kept, squares };
  return squares;
}

function scaleBy(passes: UnitPasses, x: Tensor, factors: ArrayLike<number>, shape: number[]): Tensor {
  const { units } = sumsOf(x);
  const known: ArrayLike<number> = units?.shape.join() === shape.join() ? units.squares : [];
  let squares = 0;
  let changes = false;
  let isDenormal = false;
  // A loop, because `every` and `some` are slow on typed arrays.
  for (let unit = 0; unit < factors.length; unit += 1) {
    const factor = factors[unit]!;
    squares += known[unit]! * factor ** 2;
    if (factor !== 1) changes = true;
    if (factor !== 0 && Math.abs(factor) < SMALLEST_NORMAL) isDenormal = true;
  }
  if (!changes) return x;
  const layout = layoutOf(x.shape, shape);
  if (layout === undefined) return tidy(() => mul(x, tensorOfValues(factors, shape)));
  // SIMD passes take float32 factors, which hold few digits of a denormal number.
  const scaled = (isDenormal ? plainUnitPasses : passes).scale(x, factors, layout);
  // Σx² of a scaled tensor follows from that of the original's units.
  if (canCopy(Math.sqrt(squares))) sumsOf(scaled).squares = squares;
  return scaled;
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
    return passes.subtract(x, means, layout);
  });
}

/**
 * The result of `clampToRms`.
 *
 * @category Named tensors
 */
export interface ClampedToRms {
  /** The clamped tensor; the same tensor if no element is known to exceed its limit. */
  readonly clamped: Tensor;
  /** The next root mean square of each element. */
  readonly rms: Tensor;
}

/**
 * Clamps each element to ±multiple · rms of that element, where the rms is above 0, and computes
 * √(decay · rms² + (1 − decay) · clamped²), without overflow.
 */
export function clampToRms(x: Tensor, rms: Tensor, multiple: Scalar, decay: number): ClampedToRms {
  const passes = unitPasses();
  if (passes === undefined) return tidy(() => clampOnDevice(x, rms, multiple, decay));
  const value = valuesOf(multiple)[0]!;
  const tracked = passes.trackRms(x, rms, value, decay);
  return { clamped: tracked.exceeds ? passes.clampToMultiples(x, rms, value) : x, rms: tracked.rms };
}

function clampOnDevice(x: Tensor, rms: Tensor, multiple: Scalar, decay: number): { clamped: Tensor; rms: Tensor } {
  // An infinite multiple of 0 is NaN, which no element exceeds.
  const limit = mul(rms, multiple);
  const exceeds = logicalAnd(greater(rms, 0), greater(abs(x), limit));
  const clamped = where(exceeds, where(greater(x, 0), limit, neg(limit)), x);
  const [before, now] = [mul(rms, Math.sqrt(decay)), mul(abs(clamped), Math.sqrt(1 - decay))];
  const larger = maximum(maximum(before, now), SMALLEST_NORMAL);
  return { clamped, rms: mul(larger, sqrt(add(square(div(before, larger)), square(div(now, larger))))) };
}

/** The layout whose units have one index of `kept`, which has length 1 along the other axes; undefined if these lie apart. */
function layoutOf(shape: readonly number[], kept: readonly number[]): Layout | undefined {
  let [blocks, rows, columns, isReduced] = [1, 1, 1, false];
  for (const [axis, size] of shape.entries()) {
    if (size === 1) continue;
    if (kept[axis] !== 1) columns *= size;
    else if (!isReduced) [blocks, rows, columns, isReduced] = [columns, size, 1, true];
    else if (columns === 1) rows *= size;
    else return undefined;
  }
  return { blocks, rows, columns };
}

/** Calls `use` with the tensor and its layout, transposed if the axes of a unit lie apart. */
function withLayout<Result extends Float64Array>(
  x: Tensor,
  axes: readonly number[],
  kept: readonly number[],
  use: (x: Tensor, layout: Layout) => Result,
): Result {
  const layout = layoutOf(x.shape, kept);
  if (layout !== undefined) return use(x, layout);
  const others = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
  const transposed = transpose(x, [...axes, ...others]);
  const columns = util.sizeFromShape([...kept]);
  const result = use(transposed, { blocks: 1, rows: x.size / columns, columns });
  transposed.dispose();
  return result;
}

function keptShape({ shape }: Tensor, axes: readonly number[]): number[] {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}
