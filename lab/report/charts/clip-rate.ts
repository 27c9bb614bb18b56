import * as Plot from '@observablehq/plot';
import { formatPercent } from '../../analysis/names.ts';
import { WIDTH, type Drawing, type View } from './drawing.ts';

/** How often each strategy changed the gradient, at each learning rate. */
export interface ClipRateChart {
  readonly kind: 'clip-rate';
  readonly name: string;
  readonly bars: readonly ClipRateBar[];
}

/** A strategy at a learning rate. */
export interface ClipRateBar {
  readonly label: string;
  readonly color: string;
  readonly rate: number;
  /** The fraction of steps at which it changed the gradient. */
  readonly clipRate: number;
  readonly seeds: number;
}

/** Draws it, a group of bars for each strategy. */
export function clipRateDrawing(chart: ClipRateChart, { hidden }: View): Drawing {
  const bars = chart.bars.filter(({ label }) => !hidden.has(label));
  const labels = [...new Set(bars.map(({ label }) => label))];
  const longest = Math.max(0, ...labels.map((label) => label.length));
  const drawn = bars.map((bar) => ({ ...bar, rate: String(bar.rate), percent: 100 * bar.clipRate }));
  return {
    options: {
      width: WIDTH,
      height: 56 + 15 * bars.length + 6 * labels.length,
      marginLeft: 30,
      marginRight: Math.min(150, 14 + 7 * longest),
      marginTop: 26,
      x: { domain: [0, 100], insetRight: 40, label: 'steps clipped, %', ticks: 3 },
      y: { type: 'band', label: null, padding: 0.15, domain: [...new Set(drawn.map(({ rate }) => rate))] },
      fy: { domain: labels, label: null, padding: 0.12 },
      marks: [
        Plot.barX(drawn, { x: 'percent', y: 'rate', fy: 'label', fill: 'color' }),
        Plot.text(drawn, {
          x: 'percent',
          y: 'rate',
          fy: 'label',
          text: ({ clipRate }: ClipRateBar) => formatPercent(clipRate),
          textAnchor: 'start',
          dx: 4,
          fill: 'currentColor',
          stroke: 'var(--page)',
          strokeWidth: 3,
        }),
      ],
    },
    near: 'row',
    readings: () =>
      drawn.map(({ label, rate, percent, color, clipRate, seeds }) => ({
        line: label,
        x: percent,
        y: rate,
        facet: label,
        color,
        facts: [
          ['strategy', label],
          ['learning rate', rate],
          ['steps clipped', formatPercent(clipRate)],
          ['seeds', String(seeds)],
        ],
      })),
  };
}
