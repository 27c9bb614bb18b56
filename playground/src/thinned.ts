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
    values.forEach((valueOf, place) => {
      let largest: number | null = null;
      for (let index = from; index < until; index += 1) {
        const value = valueOf(lines[index]!, index);
        if (value === undefined || !Number.isFinite(value) || (positive && value <= 0)) continue;
        if (largest === null || value > largest) largest = value;
      }
      columns[place + 1]?.push(largest);
    });
  }
  return columns;
}

/** Several runs in one chart: their steps together, and one column of values for each run. */
export function joined(runs: readonly (readonly (readonly (number | null)[])[])[]): (number | null)[][] {
  const steps = [...new Set(runs.flatMap(([own]) => own ?? []))].sort((a, b) => Number(a) - Number(b));
  const columns = runs.map(([own = [], values = []]) => {
    const at = new Map(own.map((step, index) => [step, values[index] ?? null]));
    // A run that takes longer strides than another is drawn through, not broken up.
    let [place, last] = [0, own.at(-1) ?? -1];
    return steps.map((step) => {
      while (place < own.length && Number(own[place]) < Number(step)) place += 1;
      return (
        at.get(step) ?? (Number(step) < Number(last) && !at.has(step) ? (values[Math.max(0, place - 1)] ?? null) : null)
      );
    });
  });
  return [steps, ...columns];
}
