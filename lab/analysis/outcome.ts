import type { EndRecord } from '../run/record.ts';
import { scoreText } from './names.ts';

/** How a run ended: its score, or the step at which it was given up. */
export function outcomeOf({ outcome, metric, divergedAt }: EndRecord): string {
  return outcome === 'finished' ? scoreText(metric) : `diverged at step ${divergedAt}`;
}
