import * as Plot from '@observablehq/plot';
import { formatPercent } from '../../analysis/names.ts';
import type { Bin } from '../../analysis/norms.ts';
import { shortNumber, WIDTH, type Drawing } from './drawing.ts';

/** How the norms of the gradient are distributed, and the threshold that this suggests. */
export interface HistogramChart {
  readonly kind: 'histogram';
  readonly name: string;
  readonly bins: readonly Bin[];
  readonly maxNorm: number;
}

const COLOR = 'var(--s0)';

/** Draws it. */
export function histogramDrawing({ bins, maxNorm }: HistogramChart): Drawing {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return {
    options: {
      width: WIDTH,
      height: 228,
      marginLeft: 44,
      marginBottom: 40,
      x: { type: 'log', label: 'gradient norm', tickFormat: shortNumber, ticks: 5 },
      y: { label: 'steps', grid: true, ticks: 5 },
      marks: [
        Plot.rectY(bins, { x1: 'from', x2: 'to', y: 'count', fill: COLOR, inset: 0.5 }),
        Plot.ruleX([maxNorm], { stroke: 'currentColor', strokeDasharray: '4 3', strokeWidth: 1.5 }),
        Plot.ruleY([0], { stroke: 'currentColor' }),
      ],
    },
    near: 'column',
    readings: () =>
      bins.map(({ from, to, count }, place) => ({
        line: 'norms',
        x: Math.sqrt(from * to),
        y: count,
        color: COLOR,
        facts: [
          ['norm', `${shortNumber(from)} to ${shortNumber(to)}`],
          ['steps', `${count} of ${total}`],
          ['at most', `${formatPercent(upTo(bins, place) / total)} of the steps`],
        ],
      })),
  };
}

function upTo(bins: readonly Bin[], place: number): number {
  return bins.slice(0, place + 1).reduce((sum, { count }) => sum + count, 0);
}
