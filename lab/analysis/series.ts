import { median } from 'simple-statistics';
import type { Run, StepLine } from '../run/record.ts';
import { roundDigits } from './digest.ts';

/**
 * Computes the median over runs of the finite values at each step; null if no value is finite.
 *
 * A diverged run is shorter, and counts only at the steps that it reached.
 */
export function medianByStep(
  runs: readonly Run[],
  pick: (line: StepLine) => number | undefined,
): readonly (number | null)[] {
  const length = Math.max(0, ...runs.map(({ steps }) => steps.length));
  return Array.from({ length }, (_, step) => {
    const values = runs.flatMap(({ steps }) => {
      const line = steps[step];
      const value = line === undefined ? undefined : pick(line);
      return value !== undefined && Number.isFinite(value) ? [value] : [];
    });
    return values.length === 0 ? null : roundDigits(median(values));
  });
}
