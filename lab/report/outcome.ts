import type { EndRecord } from '../record.ts';
import { scoreText } from './label.ts';

/** How a run ended: its score, or the step at which it was given up. */
export function outcomeOf({ outcome, metric, divergedAt }: EndRecord): string {
  return outcome === 'finished' ? scoreText(metric) : `diverged at step ${divergedAt}`;
}
