import { expect, it } from 'vitest';
import { valueAt, type Schedule } from '../../../src/combinators/schedules.ts';

// The formulas reach these ends only up to rounding.
type Ramp = Extract<Schedule, { readonly from: number }>;

it.each<Ramp>([
  { kind: 'linear', from: 0.7, to: 0.1, steps: 7 },
  { kind: 'cosine', from: 0.1, to: 0.7, steps: 7 },
  { kind: 'exponential', from: 0.3, to: 0.7, steps: 7 },
  { kind: 'exponential', from: 5.1, to: 0.1, steps: 3 },
])('%j has its exact ends at step 0, at its last step and after it', (schedule) => {
  const { from, to, steps } = schedule;
  expect([0, steps, steps + 1].map((step) => valueAt(schedule, step))).toEqual([from, to, to]);
});
