import type { EndRecord } from '../run/record.ts';
import { formatScore } from './names.ts';

/** Describes how a run ended: its test score, the validation score of a tuning run, or the step at which it diverged. */
export function formatOutcome({ outcome, validation, test, divergedAt }: EndRecord): string {
  if (outcome !== 'finished') return `diverged at step ${divergedAt}`;
  return Number.isNaN(test) ? `${formatScore(validation)} on validation` : formatScore(test);
}
