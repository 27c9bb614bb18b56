import { experiments } from './index.ts';
import { judgeThresholdCurve } from './judges/curve.ts';
import { judgeEffects } from './judges/effects.ts';
import type { Answer } from '../analysis/answer.ts';
import type { SummaryRow } from '../analysis/summary.ts';

/** The name under which `tune` files its runs. */
export const TUNE = 'tune';

/** A judgement, and whether it is the experiment's own rather than the one that suits every grid. */
export interface ExperimentAnswer extends Answer {
  readonly isSpecific: boolean;
}

/** Judges rows as the experiment of that name does; a changed grid is judged by what suits every grid. */
export function answer(experiment: string, rows: readonly SummaryRow[]): ExperimentAnswer {
  if (experiment === TUNE) return { ...judgeThresholdCurve(rows), isSpecific: true };
  const known = experiments.find(({ id }) => experiment === id || experiment === `${id}, smoke`);
  const judge = known?.judge ?? judgeEffects;
  return { ...judge(rows), isSpecific: judge !== judgeEffects };
}
