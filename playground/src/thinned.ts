import type { StepLine } from 'gradclip-lab/browser';

// More points than pixels draw no finer line.
const MOST_POINTS = 600;

/**
 * Returns the line of a run in a chart: its steps, and its values.
 *
 * Long runs are thinned by taking the largest value of each stretch of steps, so that no spike is lost. What is not
 * finite, or not positive for a logarithmic axis, is a gap.
 */
export function pointsOf(lines: readonly StepLine[], valueOf: (line: StepLine) => number, positive: boolean) {
  const stretch = Math.max(1, Math.ceil(lines.length / MOST_POINTS));
  const points: [steps: number[], values: (number | null)[]] = [[], []];
  for (let from = 0; from < lines.length; from += stretch) {
    const values = lines
      .slice(from, from + stretch)
      .map(valueOf)
      .filter((value) => Number.isFinite(value) && (!positive || value > 0));
    points[0].push(lines[from]!.step);
    points[1].push(values.length === 0 ? null : Math.max(...values));
  }
  return points;
}
