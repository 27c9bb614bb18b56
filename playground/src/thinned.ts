import type { StepLine } from 'gradclip-lab/browser';

// More points than pixels draw no finer line.
const MOST_POINTS = 600;

type Value = (line: StepLine, index: number) => number | undefined;

/**
 * Columns of a chart from the lines of a run: the step, then the values asked for.
 *
 * Long runs are thinned by taking, from each stretch of steps, the largest value, so that no spike is lost. What is
 * not finite, or not positive for a logarithmic axis, is a gap.
 */
export function columnsOf(
  lines: readonly StepLine[],
  values: readonly Value[],
  positive: boolean,
): (number | null)[][] {
  const stretch = Math.max(1, Math.ceil(lines.length / MOST_POINTS));
  const columns: (number | null)[][] = [[], ...values.map(() => [])];
  for (let from = 0; from < lines.length; from += stretch) {
    const until = Math.min(lines.length, from + stretch);
    columns[0]?.push(lines[from]?.step ?? from);
    values.forEach((valueOf, index) => {
      let largest: number | null = null;
      for (let index = from; index < until; index += 1) {
        const value = valueOf(lines[index]!, index);
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
    const last = own.at(-1) ?? -1;
    let index = 0;
    // A run that takes longer strides than another is drawn through, not broken up.
    return steps.map((step) => {
      while (index + 1 < own.length && (own[index + 1] ?? 0) <= (step ?? 0)) index += 1;
      return (step ?? 0) <= (last ?? 0) ? (values[index] ?? null) : null;
    });
  });
  return [steps, ...columns];
}
