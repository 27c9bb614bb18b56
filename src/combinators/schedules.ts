import { ClippingError, formatValue, listInBackticks } from '../core/errors.ts';
import { isMeasured, type MeasuredThreshold } from '../core/measured.ts';

/**
 * A number for every step, as plain JSON; steps count from 0.
 *
 * - `constant`: always `value`.
 * - `linear`: from + (to − from)·t, with t = min(step / steps, 1).
 * - `cosine`: to + (from − to)·(1 + cos πt) / 2.
 * - `exponential`: from·(to / from)ᵗ, both greater than 0.
 * - `piecewise`: linear between `points` `[step, value]`; constant before the first and after the last.
 * - `step`: the value of the latest of the `points` `[step, value]`; before the first point, the value of the first.
 * - `measured`: Infinity for `steps` steps, then the `percentile` of the norms of these steps; only for the `maxNorm` of
 *   `globalNorm` and for options declared as measurable. Skipped and non-finite steps do not count.
 *
 * @category Combinators
 */
export type Schedule =
  | { readonly kind: 'constant'; readonly value: number }
  | {
      readonly kind: 'linear' | 'cosine' | 'exponential';
      readonly from: number;
      readonly to: number;
      readonly steps: number;
    }
  | { readonly kind: 'piecewise' | 'step'; readonly points: readonly SchedulePoint[] }
  | MeasuredThreshold;

/**
 * A step, counted from 0, and the value at it.
 *
 * @category Combinators
 */
export type SchedulePoint = readonly [step: number, value: number];

const KINDS: Readonly<Record<Schedule['kind'], readonly string[]>> = {
  constant: ['value'],
  linear: ['from', 'to', 'steps'],
  cosine: ['from', 'to', 'steps'],
  exponential: ['from', 'to', 'steps'],
  piecewise: ['points'],
  step: ['points'],
  measured: ['steps', 'percentile'],
};

/** Whether a value has the form of a schedule. */
export function isSchedule(given: unknown): given is Schedule {
  return typeof given === 'object' && given !== null && 'kind' in given;
}

/**
 * Validates a schedule: its kind, its numbers and its steps. JSON writes Infinity as a string.
 *
 * @param call - The scheduled option, for the message.
 * @throws ClippingError `bad-option`.
 */
export function parseSchedule(call: string, given: Schedule): Schedule {
  const error = (rule: string, received: unknown): ClippingError =>
    new ClippingError('bad-option', `\`${call}\`: ${rule}; received ${formatValue(received)}.`);
  if (typeof given.kind !== 'string' || !Object.hasOwn(KINDS, given.kind)) {
    throw error(`\`kind\` must be one of ${Object.keys(KINDS).join(', ')}`, given.kind);
  }
  const names = KINDS[given.kind];
  const extra = Object.keys(given).find((name) => name !== 'kind' && !names.includes(name));
  if (extra !== undefined) {
    throw error(`a ${given.kind} schedule takes ${listInBackticks(names)}`, extra);
  }
  const number = (name: string, value: unknown, mustBeFinite = false): number => {
    const parsed = value === 'Infinity' ? Infinity : value;
    const isValid = mustBeFinite ? Number.isFinite(parsed) : typeof parsed === 'number' && !Number.isNaN(parsed);
    if (isValid) return parsed as number;
    throw error(`\`${name}\` of a ${given.kind} schedule must be a ${mustBeFinite ? 'finite ' : ''}number`, value);
  };
  switch (given.kind) {
    case 'constant':
      return { kind: 'constant', value: number('value', given.value) };
    case 'linear':
    case 'cosine':
    case 'exponential': {
      const [from, to] = [number('from', given.from, true), number('to', given.to, true)];
      const { kind, steps } = given;
      if (!Number.isInteger(steps) || steps < 1) throw error('`steps` must be an integer of at least 1', steps);
      if (kind === 'exponential' && !(from > 0 && to > 0)) {
        throw error('`from` and `to` of an exponential schedule must be greater than 0', Math.min(from, to));
      }
      return { kind, from, to, steps };
    }
    case 'measured':
      if (isMeasured(given)) return given;
      throw error('a measured schedule takes `steps` from 1 to 1000 and a `percentile` from 0 to 100', given);
    case 'piecewise':
    case 'step': {
      const { kind, points } = given;
      const pairs: unknown = points;
      if (
        !Array.isArray(pairs) ||
        pairs.length === 0 ||
        !pairs.every((pair) => Array.isArray(pair) && pair.length === 2)
      ) {
        throw error(`\`points\` of a ${kind} schedule must be a list of [step, value]`, pairs);
      }
      const parsed = points.map(([at, height]): SchedulePoint => [at, number('points', height, kind !== 'step')]);
      parsed.forEach(([at], index) => {
        const before = parsed[index - 1]?.[0] ?? -1;
        if (Number.isInteger(at) && at > before) return;
        throw error('the steps of `points` must be increasing integers from 0', at);
      });
      return { kind, points: parsed };
    }
  }
}

/** The value at a step; a measured one is measured by the strategy itself. */
export function valueAt(schedule: Schedule, step: number): number | MeasuredThreshold {
  if (schedule.kind === 'measured') return schedule;
  if (schedule.kind === 'constant') return schedule.value;
  if ('points' in schedule) return interpolate(schedule, step);
  const { kind, from, to, steps } = schedule;
  // The formulas reach both ends only up to rounding.
  if (step >= steps) return to;
  if (step <= 0) return from;
  const t = step / steps;
  if (kind === 'linear') return from + (to - from) * t;
  if (kind === 'cosine') return to + ((from - to) * (1 + Math.cos(Math.PI * t))) / 2;
  return from * (to / from) ** t;
}

function interpolate(
  { kind, points }: { readonly kind: 'piecewise' | 'step'; readonly points: readonly SchedulePoint[] },
  step: number,
): number {
  const after = firstAfter(points, step);
  const [last, next] = [points[after - 1], points[after]];
  if (last === undefined) return (points[0] as SchedulePoint)[1];
  if (kind === 'step' || next === undefined) return last[1];
  const t = (step - last[0]) / (next[0] - last[0]);
  return last[1] + (next[1] - last[1]) * t;
}

/** The index of the first point after a step, or the number of points. A binary search, because every step calls it. */
function firstAfter(points: readonly SchedulePoint[], step: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle] as SchedulePoint)[0] > step) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The steps after step 0 between which a schedule is monotonic. */
export function turningPoints(schedule: Schedule): readonly number[] {
  if ('points' in schedule) return schedule.points.map(([at]) => at);
  return 'steps' in schedule ? [schedule.steps] : [];
}
