import type { EndRecord } from '../run/record.ts';
import { formatScore } from './names.ts';

/** Describes how a run ended: its test score, or the step at which it diverged. */
export function formatOutcome({ outcome, test, divergedAt }: EndRecord): string {
  return outcome === 'finished' ? formatScore(test) : `diverged at step ${divergedAt}`;
}
