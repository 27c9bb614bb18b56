import { formatPercent, formatScore } from '../../analysis/names.ts';
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
  /** The steps of the values; where they are missing those from 0 on. */
  readonly at?: readonly number[];
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
export function normLines({ color, at, before, after, threshold, brokenOff }: NormsChart): NormLine[] {
  const lines = [
    { label: 'before', color: 'var(--soft)', values: before, faint: true },
    { label: 'after', color, values: after, brokenOff },
    { label: 'threshold', color: 'var(--ink)', values: threshold, dash: '4 3', faint: true },
  ];
  return at === undefined ? lines : lines.map((line) => ({ ...line, at }));
}

/** Draws it on the scale of all charts beside it. */
export function normsDrawing(chart: NormsChart, view: View, row: readonly NormsChart[]): Drawing {
  const beside = row.filter(({ label }) => !view.hidden.has(label));
  const values = beside.flatMap(({ before, after, threshold }) => [before, after, threshold]);
  const domain = stepDomain(values, chart.most, view.scale);
  return {
    options: stepOptions('gradient norm', normLines(chart), domain, chart.steps, view.scale),
    near: 'point',
    readings: () =>
      pointsOf({ ...chart, values: chart.after }, domain, view.scale).map(({ step, value }): Reading => ({
        line: chart.label,
        x: step,
        y: value,
        color: chart.color,
        facts: factsAt(step, chart),
      })),
  };
}

function factsAt(step: number, { label, at, before, after, threshold }: NormsChart): Fact[] {
  const place = at?.indexOf(step) ?? step;
  const [computed, applied, limit] = [before, after, threshold].map((values) => values[place] ?? null);
  return [
    ['strategy', label],
    ['step', String(step)],
    ...(computed == null ? [] : [['‖g‖ before', formatScore(computed)] as const]),
    ...(applied == null ? [] : [['‖g‖ after', formatScore(applied)] as const]),
    ...(limit == null ? [] : [['threshold', formatScore(limit)] as const]),
    ...(computed == null || applied == null || !(computed > 0)
      ? []
      : [['length kept', formatPercent(applied / computed)] as const]),
  ];
}
