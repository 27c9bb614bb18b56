import { formatScore } from '../../analysis/names.ts';
import type { Drawing, Reading, View } from './drawing.ts';
import { pointsOf, stepDomain, stepOptions, type StepLine } from './steps.ts';

/** The loss by step at one learning rate: a line for each strategy, the median over its seeds. */
export interface LossChart {
  readonly kind: 'loss';
  readonly name: string;
  /** The unit of the loss. */
  readonly axis: string;
  /** How many steps were planned. */
  readonly steps: number;
  /** Losses above this one leave the chart at the top, so that the others can be told apart. */
  readonly most: number;
  readonly lines: readonly LossLine[];
}

/** A strategy's losses. */
export interface LossLine extends StepLine {
  readonly label: string;
  /** How many steps each of its seeds took. */
  readonly lengths: readonly number[];
}

/** Draws it on the scale of all charts beside it. */
export function lossDrawing(chart: LossChart, view: View, row: readonly LossChart[]): Drawing {
  const shown = chart.lines.filter(({ label }) => !view.hidden.has(label));
  const beside = row.flatMap(({ lines }) => lines.filter(({ label }) => !view.hidden.has(label)));
  const domain = stepDomain(
    beside.map(({ values }) => values),
    chart.most,
    view.scale,
  );
  return {
    options: stepOptions(chart.axis, shown, domain, chart.steps, view.scale),
    near: 'point',
    readings: () =>
      shown.flatMap(({ label, color, lengths, ...series }) =>
        pointsOf(series, domain, view.scale).map(({ step, value, measured }): Reading => ({
          line: label,
          x: step,
          y: value,
          color,
          facts: [
            ['strategy', label],
            ['step', String(step)],
            ['loss', formatScore(measured)],
            ['seeds', seedsAt(step, lengths)],
          ],
        })),
      ),
  };
}

/** How many seeds a median counts: those that diverged before are not in it. */
function seedsAt(step: number, lengths: readonly number[]): string {
  const reached = lengths.filter((length) => length > step).length;
  return reached === lengths.length ? String(reached) : `${reached} of ${lengths.length}`;
}
