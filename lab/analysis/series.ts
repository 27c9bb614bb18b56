import { median } from 'simple-statistics';
import type { Run, StepLine } from '../run/record.ts';
import { roundDigits } from './digest.ts';

/** Computes the smallest and the largest finite value over runs at each step; null if no value is finite. */
export function rangeByStep(
  runs: readonly Run[],
  pick: (line: StepLine) => number | undefined,
): { readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[] } {
  const values = valuesByStep(runs, pick);
  const over = (choose: (...values: number[]) => number) =>
    values.map((some) => (some.length === 0 ? null : roundDigits(choose(...some))));
  return { low: over(Math.min), high: over(Math.max) };
}

/**
 * Computes the median over runs of the finite values at each step; null if no value is finite.
 *
 * A diverged run is shorter, and counts only at the steps that it reached.
 */
export function medianByStep(
  runs: readonly Run[],
  pick: (line: StepLine) => number | undefined,
): readonly (number | null)[] {
  return valuesByStep(runs, pick).map((values) => (values.length === 0 ? null : roundDigits(median(values))));
}

function valuesByStep(runs: readonly Run[], pick: (line: StepLine) => number | undefined): number[][] {
  const lines = runs.map(({ steps }) => steps);
  const length = Math.max(0, ...lines.map((steps) => steps.length));
  return Array.from({ length }, (_, step) =>
    lines.flatMap((steps) => {
      const line = steps[step];
      const value = line === undefined ? undefined : pick(line);
      return value !== undefined && Number.isFinite(value) ? [value] : [];
    }),
  );
}
