import type { StepLine } from 'gradclip-lab/browser';

// More points than pixels draw no finer line.
const MOST_POINTS = 600;

/**
 * Columns of a chart from the lines of a run: the step, then the values asked for.
 *
 * Long runs are thinned by taking, from each stretch of steps, the largest value, so that no spike is lost. What is
 * not finite, or not positive for a logarithmic axis, is a gap.
 */
export function columnsOf(
  lines: readonly StepLine[],
  values: readonly ((line: StepLine) => number | undefined)[],
  positive: boolean,
): (number | null)[][] {
  const stretch = Math.max(1, Math.ceil(lines.length / MOST_POINTS));
  const columns: (number | null)[][] = [[], ...values.map(() => [])];
  for (let from = 0; from < lines.length; from += stretch) {
    const some = lines.slice(from, from + stretch);
    columns[0]?.push(some[0]?.step ?? from);
    values.forEach((valueOf, index) => {
      let largest: number | null = null;
      for (const line of some) {
        const value = valueOf(line);
        if (value === undefined || !Number.isFinite(value) || (positive && value <= 0)) continue;
        if (largest === null || value > largest) largest = value;
      }
      columns[index + 1]?.push(largest);
    });
  }
  return columns;
}

/** Several runs in one chart: their steps together, and one column of values for each run. */
export function joined(runs: readonly (readonly (readonly (number | null)[])[])[]): (number | null)[][] {
  const steps = [...new Set(runs.flatMap(([own]) => own ?? []))].sort((a, b) => Number(a) - Number(b));
  const columns = runs.map(([own = [], values = []]) => {
    const at = new Map(own.map((step, index) => [step, values[index] ?? null]));
    return steps.map((step) => at.get(step) ?? null);
  });
  return [steps, ...columns];
}
