import type { EndRecord } from '../run/record.ts';
import { formatScore } from './names.ts';

/** How a run ended: its score, or the step at which it was given up. */
export function formatOutcome({ outcome, metric, divergedAt }: EndRecord): string {
  return outcome === 'finished' ? formatScore(metric) : `diverged at step ${divergedAt}`;
}
