/**
 * The charts of a report: what is in them, as JSON, and how they are drawn from it.
 *
 * A report draws each twice by the same code: once as it is written, for print and for readers without JavaScript, and
 * again in the page, from the JSON beside it, where readers may point at it and switch strategies off.
 *
 * @module
 */

import { clipRateDrawing, type ClipRateChart } from './clip-rate.ts';
import { dotsDrawing, type DotsChart } from './dots.ts';
import { EVERYTHING, type Drawing, type View } from './drawing.ts';
import { histogramDrawing, type HistogramChart } from './histogram.ts';
import { lossDrawing, type LossChart } from './loss.ts';
import { normsDrawing, type NormsChart } from './norms.ts';
import { panelDrawing, type PanelChart } from './panel.ts';
import { scoreDrawing, type ScoreChart } from './score.ts';

/** A chart, as plain JSON. */
export type Chart = ClipRateChart | DotsChart | HistogramChart | LossChart | NormsChart | PanelChart | ScoreChart;

/** How a chart is drawn; charts of the same kind in a row share their scale. */
export function drawingOf(chart: Chart, view: View = EVERYTHING, row: readonly Chart[] = [chart]): Drawing {
  switch (chart.kind) {
    case 'clip-rate':
      return clipRateDrawing(chart, view);
    case 'dots':
      return dotsDrawing(chart);
    case 'histogram':
      return histogramDrawing(chart);
    case 'loss':
      return lossDrawing(chart, view, ofKind('loss', row));
    case 'norms':
      return normsDrawing(chart, view, ofKind('norms', row));
    case 'panel':
      return panelDrawing(chart, view);
    case 'score':
      return scoreDrawing(chart, view);
  }
}

/** Whether a chart may have a linear scale as well as a logarithmic one. */
export function hasEitherScale({ kind }: Chart): boolean {
  return kind === 'loss' || kind === 'norms';
}

/** Whether a chart has nothing left to show. */
export function isHidden(chart: Chart, { hidden }: View): boolean {
  return chart.kind === 'norms' && hidden.has(chart.label);
}

function ofKind<Kind extends Chart['kind']>(kind: Kind, charts: readonly Chart[]): Extract<Chart, { kind: Kind }>[] {
  return charts.filter((chart): chart is Extract<Chart, { kind: Kind }> => chart.kind === kind);
}
