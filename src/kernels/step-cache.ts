import { type DataId, dispose, keep, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/** The sums of one tensor's elements that the host has computed so far. */
export interface Sums {
  /** Σx². */
  squares: number | undefined;
  /** Σ|x|. */
  magnitudes: number | undefined;
  /** max |x|. */
  largest: number | undefined;
  /** Σx² of each unit, and the shape that the norms of the units have. */
  units?: { readonly shape: readonly number[]; readonly squares: Float64Array };
}

// Norms outside this range are computed again: elements may have overflowed, or too many vanished.
const SMALLEST_COPIED = 1e-30;
const LARGEST_COPIED = 3e38;

/** Whether the norm of a tensor that was scaled can be computed from the norm of the original. */
export function canCopy(norm: number): boolean {
  return norm >= SMALLEST_COPIED && norm <= LARGEST_COPIED;
}

/** Norms of one tensor on the device, by order; a norm that follows from another is computed when it is first needed. */
export type DeviceNorms = Map<number, () => Scalar>;

/** The values of a small tensor, in float64 if float32 cannot hold them. */
export type SmallValues = Float32Array | Float64Array;

// The finiteness check, the strategy and the record ask for the same norms. The cache lets them read each gradient once.
// Its keys are data ids, because tfjs never changes data in place: a variable gets a new id with each new value.
interface StepCache {
  readonly sums: WeakMap<DataId, Sums>;
  readonly norms: WeakMap<DataId, DeviceNorms>;
  readonly values: WeakMap<DataId, SmallValues>;
  readonly tensors: Tensor[];
}

let cache: StepCache | undefined;

/** Runs one step with a cache of norms, and frees the cached tensors at its end. */
export function withStepCache<Result>(step: () => Result): Result {
  if (cache !== undefined) return step();
  cache = { sums: new WeakMap(), norms: new WeakMap(), values: new WeakMap(), tensors: [] };
  try {
    return step();
  } finally {
    dispose(cache.tensors);
    cache = undefined;
  }
}

/** The cached sums of a tensor, to read and to add to; nothing is cached outside a step. */
export function sumsOf({ dataId }: Tensor): Sums {
  let sums = cache?.sums.get(dataId);
  if (sums === undefined) {
    sums = { squares: undefined, magnitudes: undefined, largest: undefined };
    cache?.sums.set(dataId, sums);
  }
  return sums;
}

/** The cached device norms of a tensor, to read and to add to; nothing is cached outside a step. */
export function deviceNormsOf({ dataId }: Tensor): DeviceNorms {
  let norms = cache?.norms.get(dataId);
  if (norms === undefined) {
    norms = new Map();
    cache?.norms.set(dataId, norms);
  }
  return norms;
}

/** The values of a tensor that the host computed in this step. */
export function cachedValuesOf({ dataId }: Tensor): SmallValues | undefined {
  return cache?.values.get(dataId);
}

/** Caches the values of a tensor; nothing is cached outside a step. */
export function cacheValues({ dataId }: Tensor, values: SmallValues): void {
  cache?.values.set(dataId, values);
}

/** Keeps a tensor until the step ends; outside a step the surrounding `tidy` frees it. */
export function keepForStep<T extends Tensor>(tensor: T): T {
  if (cache === undefined) return tensor;
  cache.tensors.push(tensor);
  return keep(tensor);
}
