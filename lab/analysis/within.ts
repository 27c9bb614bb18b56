import { margin } from './contests.ts';
import type { SummaryRow } from './summary.ts';

/** Whether a row's median is at most a fraction worse than that of the best. */
export function isWithin(row: SummaryRow, best: SummaryRow | undefined, fraction: number): boolean {
  if (best?.metric.median == null || row.metric.median === null) return false;
  return margin(best, row) <= fraction * Math.abs(best.metric.median);
}
