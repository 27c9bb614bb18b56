import { ClippingError, formatValue } from '../core/errors.ts';

/**
 * A number for every step, as plain JSON; steps count from 0.
 *
 * - `constant`: always `value`.
 * - `linear`: from + (to − from)·t, with t = min(step / steps, 1).
 * - `cosine`: to + (from − to)·(1 + cos πt) / 2.
 * - `exponential`: from·(to / from)ᵗ, both greater than 0.
 * - `piecewise`: straight between `points` `[step, value]`; before the first and after the last it stays.
 * - `step`: each of the `points` `[step, value]` holds until the next; before the first, the first.
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
  | { readonly kind: 'piecewise' | 'step'; readonly points: readonly SchedulePoint[] };

/**
 * A step, counted from 0, and the value there.
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
};

/** Whether something is meant as a schedule in JSON. */
export function isSchedule(given: unknown): given is Schedule {
  return typeof given === 'object' && given !== null && 'kind' in given;
}

/**
 * A schedule that was looked at: its shape, its numbers (JSON writes Infinity as a string) and its steps.
 *
 * @throws ClippingError `bad-option`; `call` says where it was given.
 */
export function parseSchedule(call: string, given: Schedule): Schedule {
  const fault = (what: string, received: unknown): ClippingError =>
    new ClippingError('bad-option', `\`${call}\`: ${what}; received ${formatValue(received)}.`);
  if (typeof given.kind !== 'string' || !Object.hasOwn(KINDS, given.kind)) {
    throw fault(`a schedule is of kind ${Object.keys(KINDS).join(', ')}`, given.kind);
  }
  const names = KINDS[given.kind];
  const extra = Object.keys(given).find((name) => name !== 'kind' && !names.includes(name));
  if (extra !== undefined) {
    throw fault(`a ${given.kind} schedule has ${names.map((name) => `\`${name}\``).join(', ')}`, extra);
  }
  const number = (name: string, value: unknown): number => {
    const read = value === 'Infinity' ? Infinity : value;
    if (typeof read === 'number' && !Number.isNaN(read)) return read;
    throw fault(`\`${name}\` of a ${given.kind} schedule must be a number`, value);
  };
  const finite = (name: string, value: unknown): number => {
    const read = number(name, value);
    if (Number.isFinite(read)) return read;
    throw fault(`\`${name}\` of a ${given.kind} schedule must be finite`, value);
  };
  switch (given.kind) {
    case 'constant':
      return { kind: 'constant', value: number('value', given.value) };
    case 'linear':
    case 'cosine':
    case 'exponential': {
      const [from, to] = [finite('from', given.from), finite('to', given.to)];
      const { kind, steps } = given;
      if (!Number.isInteger(steps) || steps < 1) throw fault('`steps` must be a whole number of at least 1', steps);
      if (kind === 'exponential' && !(from > 0 && to > 0)) {
        throw fault('`from` and `to` of an exponential schedule must be greater than 0', Math.min(from, to));
      }
      return { kind, from, to, steps };
    }
    case 'piecewise':
    case 'step': {
      const { kind, points } = given;
      const pairs: unknown = points;
      if (
        !Array.isArray(pairs) ||
        pairs.length === 0 ||
        !pairs.every((pair) => Array.isArray(pair) && pair.length === 2)
      ) {
        throw fault(`\`points\` of a ${kind} schedule must be a list of [step, value]`, pairs);
      }
      const value = kind === 'step' ? number : finite;
      const read = points.map(([at, height]): SchedulePoint => [at, value('points', height)]);
      read.forEach(([at], place) => {
        const before = read[place - 1]?.[0] ?? -1;
        if (Number.isInteger(at) && at > before) return;
        throw fault('the steps of `points` must be whole numbers from 0 on, each greater than the one before', at);
      });
      return { kind, points: read };
    }
  }
}

/** The value at a step. */
export function valueAt(schedule: Schedule, step: number): number {
  if (schedule.kind === 'constant') return schedule.value;
  if ('points' in schedule) return betweenPoints(schedule, step);
  const { kind, from, to, steps } = schedule;
  // Exact at both ends, which the formulas are only up to rounding.
  if (step >= steps) return to;
  if (step <= 0) return from;
  const t = step / steps;
  if (kind === 'linear') return from + (to - from) * t;
  if (kind === 'cosine') return to + ((from - to) * (1 + Math.cos(Math.PI * t))) / 2;
  return from * (to / from) ** t;
}

function betweenPoints(
  { kind, points }: { readonly kind: 'piecewise' | 'step'; readonly points: readonly SchedulePoint[] },
  step: number,
): number {
  const next = firstAfter(points, step);
  const last = points[next - 1];
  const first = points[0] as SchedulePoint;
  if (last === undefined) return first[1];
  const after = points[next];
  if (kind === 'step' || after === undefined) return last[1];
  const t = (step - last[0]) / (after[0] - last[0]);
  return last[1] + (after[1] - last[1]) * t;
}

/** The place of the first point that lies after a step; as many as there are, where none does. */
function firstAfter(points: readonly SchedulePoint[], step: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle] as SchedulePoint)[0] > step) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The steps at which a schedule turns; between two of them it only rises or only falls. */
export function turnsOf(schedule: Schedule): readonly number[] {
  if (schedule.kind === 'constant') return [0];
  if ('points' in schedule) return schedule.points.map(([at]) => at);
  return [0, schedule.steps];
}
