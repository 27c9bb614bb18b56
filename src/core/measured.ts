import {
  add,
  equal,
  less,
  minimum,
  range,
  scalar,
  where,
  zeros,
  type Scalar,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import { kernels, percentileByRank, percentileOfSorted } from '../kernels/index.ts';
import type { NamedTensors } from './contract.ts';
import type { Field } from './fields.ts';
import { isPlainObject } from './plain.ts';

/**
 * A threshold that is measured: it clips nothing for `steps` steps, then stays at a percentile of the norms of these steps.
 *
 * Skipped steps and steps with NaN or ±Infinity do not count.
 *
 * @category Options
 */
export interface MeasuredThreshold {
  /** Always `measured`. */
  readonly kind: 'measured';
  /** How many steps to measure, 1 to 1000. */
  readonly steps: number;
  /** The percentile of their norms, 0 to 100. */
  readonly percentile: number;
}

/** The value `auto` of a measurable threshold. */
export const AUTO: MeasuredThreshold = { kind: 'measured', steps: 50, percentile: 90 };

// A device compares every pair of norms.
const MAX_STEPS = 1000;

/** Whether a value is a valid {@link MeasuredThreshold}. */
export function isMeasured(value: unknown): value is MeasuredThreshold {
  const { kind, steps, percentile, ...rest } = (isPlainObject(value) ? value : {}) as Partial<MeasuredThreshold>;
  const isCount = Number.isInteger(steps) && (steps as number) >= 1 && (steps as number) <= MAX_STEPS;
  const isPercentile = (percentile as number) >= 0 && (percentile as number) <= 100;
  return kind === 'measured' && isCount && isPercentile && Object.keys(rest).length === 0;
}

/** The option that is to be measured, if there is one. */
export function measuredOption(
  fields: Readonly<Record<string, Field>>,
  options: Readonly<Record<string, unknown>>,
): { readonly name: string; readonly range: MeasuredThreshold; readonly measure: Measure } | undefined {
  for (const [name, { measure }] of Object.entries(fields)) {
    const value = options[name] === 'auto' ? AUTO : options[name];
    if (measure !== undefined && isMeasured(value)) return { name, range: value, measure };
  }
  return undefined;
}

/** Computes the norm that a threshold bounds; shape []. */
export type Measure = NonNullable<Field['measure']>;

// The names of the state, beside those of the strategy's own.
const NORMS = 'measured/norms';
const SEEN = 'measured/seen';

/** The state before the first step. */
export function emptyMeasurement({ steps }: MeasuredThreshold): NamedTensors {
  return { [NORMS]: zeros([steps]), [SEEN]: scalar(0) };
}

/** Returns the threshold of a step, Infinity while it is measured, and the state after the step. */
export function measureThreshold(
  { steps, percentile }: MeasuredThreshold,
  state: NamedTensors,
  norm: Scalar,
): { readonly threshold: Scalar; readonly state: NamedTensors } {
  const [norms, seen] = [state[NORMS] as Tensor1D, state[SEEN] as Scalar];
  const { readsAreFree } = kernels();
  const fixed = readsAreFree
    ? scalar(percentileOfSorted(norms.dataSync<'float32'>().slice().sort(), percentile))
    : percentileByRank(norms, scalar(steps), percentile);
  if (readsAreFree && seen.dataSync()[0] === steps) {
    return { threshold: fixed, state: { [NORMS]: norms, [SEEN]: seen } };
  }
  return {
    threshold: where(less(seen, steps), Infinity, fixed),
    state: {
      // `where` broadcasts, but its type does not allow it. No index equals the count once all norms are there.
      [NORMS]: where(equal(range(0, steps), seen), norm as never, norms),
      [SEEN]: minimum(add(seen, 1), steps),
    },
  };
}
