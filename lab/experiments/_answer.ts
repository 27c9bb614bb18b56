import { experiments } from './index.ts';
import { judgeThresholdCurve } from './judges/curve.ts';
import { judgeEffects } from './judges/effects.ts';
import type { Answer, Figure } from '../analysis/answer.ts';
import type { SummaryRow } from '../analysis/summary.ts';

/** The name under which `tune` files its runs. */
export const TUNE = 'tune';

/** An answer, and whether the experiment's own judge produced it rather than the generic one. */
export interface ExperimentAnswer extends Answer {
  readonly isSpecific: boolean;
}

/** Judges rows as the experiment of that name does; a changed grid is judged by what suits every grid. */
export function answer(experiment: string, rows: readonly SummaryRow[]): ExperimentAnswer {
  if (experiment === TUNE) return { ...judgeThresholdCurve(rows), isSpecific: true };
  const known = experiments.find(({ id }) => experiment === id || experiment === `${id}, smoke`);
  const judge = known?.judge ?? judgeEffects;
  return { ...withoutEmptyParts(judge(rows)), isSpecific: judge !== judgeEffects };
}

/** Leaves out tables and charts without a row, such as the gains over no clipping where nothing was trained without. */
function withoutEmptyParts(answer: Answer): Answer {
  return {
    ...answer,
    tables: answer.tables.filter(({ rows }) => rows.length > 0),
    figures: answer.figures.flatMap((figure): Figure[] => {
      if ('dotPanels' in figure) {
        const dotPanels = figure.dotPanels.filter(({ rows }) => rows.length > 0);
        return dotPanels.length === 0 ? [] : [{ ...figure, dotPanels }];
      }
      const panels = figure.panels.filter(({ curves }) => curves.length > 0);
      return panels.length === 0 ? [] : [{ ...figure, panels }];
    }),
  };
}
