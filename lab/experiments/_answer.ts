import { experiments } from './index.ts';
import { thresholdCurve } from './judges/curve.ts';
import { effects } from './judges/effects.ts';
import type { Judgement } from '../analysis/answer.ts';
import type { SummaryRow } from '../analysis/summary.ts';

/** The name under which `tune` files its runs. */
export const TUNE = 'tune';

/** A judgement, and whether it is the experiment's own rather than the one that suits every grid. */
export interface Judged extends Judgement {
  readonly own: boolean;
}

/** Judges rows as the experiment of that name does; a changed grid is judged by what suits every grid. */
export function judged(experiment: string, rows: readonly SummaryRow[]): Judged {
  if (experiment === TUNE) return { ...thresholdCurve(rows), own: true };
  const known = experiments.find(({ id }) => experiment === id || experiment === `${id}, smoke`);
  const judge = known?.judge ?? effects;
  return { ...judge(rows), own: judge !== effects };
}
