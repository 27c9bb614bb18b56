import { percentText, scoreText } from '../label.ts';
import type { Drawing, Fact, Reading, View } from './drawing.ts';
import { pointsOf, stepDomain, stepOptions, type StepLine, type Values } from './steps.ts';

/** The norm of the gradient by step in one run: as computed, as applied, and the threshold. */
export interface NormsChart {
  readonly kind: 'norms';
  readonly name: string;
  /** The name and colour of the run's strategy. */
  readonly label: string;
  readonly color: string;
  readonly steps: number;
  /** Norms above this one do not widen the scale. */
  readonly most: number;
  readonly before: Values;
  readonly after: Values;
  /** Empty where the strategy has none for the gradient as a whole. */
  readonly threshold: Values;
  readonly brokenOff: boolean;
}

/** A line of a chart of norms, by its name. */
export interface NormLine extends StepLine {
  readonly label: string;
}

/** The lines of the chart. */
export function normLines({ color, before, after, threshold, brokenOff }: NormsChart): NormLine[] {
  return [
    { label: 'before', color: 'var(--soft)', values: before, faint: true },
    { label: 'after', color, values: after, brokenOff },
    { label: 'threshold', color: 'var(--ink)', values: threshold, dash: '4 3', faint: true },
  ];
}

/** Draws it on the scale of all charts beside it. */
export function normsDrawing(chart: NormsChart, view: View, row: readonly NormsChart[]): Drawing {
  const beside = row.filter(({ label }) => !view.hidden.has(label));
  const values = beside.flatMap(({ before, after, threshold }) => [...before, ...after, ...threshold]);
  const domain = stepDomain(values, chart.most, view.scale);
  return {
    options: stepOptions('gradient norm', normLines(chart), domain, chart.steps, view.scale),
    near: 'point',
    readings: () =>
      pointsOf(chart.after, domain, view.scale).map(({ step, value }): Reading => ({
        line: chart.label,
        x: step,
        y: value,
        color: chart.color,
        facts: factsAt(step, chart),
      })),
  };
}

function factsAt(step: number, { label, before, after, threshold }: NormsChart): Fact[] {
  const [computed, applied, limit] = [before[step] ?? null, after[step] ?? null, threshold[step] ?? null];
  return [
    ['strategy', label],
    ['step', String(step)],
    ...(computed === null ? [] : [['‖g‖ before', scoreText(computed)] as const]),
    ...(applied === null ? [] : [['‖g‖ after', scoreText(applied)] as const]),
    ...(limit === null ? [] : [['threshold', scoreText(limit)] as const]),
    ...(computed === null || applied === null || !(computed > 0)
      ? []
      : [['length kept', percentText(applied / computed)] as const]),
  ];
}
