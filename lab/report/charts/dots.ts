import * as Plot from '@observablehq/plot';
import type { DotFigure, DotPanel, DotRow } from '../../analysis/answer.ts';
import { formatScore } from '../../analysis/names.ts';
import { WIDTH, type Drawing, type Fact } from './drawing.ts';

/** A value with its interval in each row, and a small dot for each seed. */
export interface DotsChart {
  readonly kind: 'dots';
  readonly name: string;
  readonly x: DotFigure['x'];
  readonly rows: readonly DotRow[];
  readonly level?: DotPanel['level'];
}

const COLOR = 'var(--s0)';
const MAX_LABEL = 190;

/** Returns the chart of one panel. */
export function dotsChart({ title, x }: DotFigure, { title: panel, rows, level }: DotPanel): DotsChart {
  return { kind: 'dots', name: `${title}, ${panel}`, x, rows, ...(level && { level }) };
}

/** Draws the chart. A cross at the worse end stands for a value that falls on a diverged run. */
export function dotsDrawing({ x, rows, level }: DotsChart): Drawing {
  const isFinite = (value: number | null | undefined): value is number => typeof value === 'number';
  const values = [...rows.flatMap(({ value, low, high }) => [value, low, high].filter(isFinite)), level?.x].filter(
    isFinite,
  );
  // If all runs diverged, there is no value to show.
  const [least, most] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const room = (most - least || 1) * 0.08;
  const domain = [least - room, most + room] as const;
  const worst = domain[x.better === 'lower' ? 1 : 0];
  const inDomain = (value: number): number => Math.min(domain[1], Math.max(domain[0], value));
  const longest = Math.max(...rows.map(({ label }) => label.length));
  const known = rows.flatMap((row) => (row.value === null ? [] : [{ ...row, value: row.value }]));
  const diverged = rows.filter(({ value }) => value === null);
  return {
    options: {
      width: WIDTH,
      height: 74 + 19 * rows.length,
      marginLeft: Math.min(MAX_LABEL, 16 + 6.6 * longest),
      marginRight: 14,
      marginTop: 26,
      marginBottom: 42,
      x: {
        domain: [...domain],
        label: x.name,
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: 3,
        grid: true,
      },
      y: { type: 'point', domain: rows.map(({ label }) => label), label: null, padding: 0.6, tickSize: 0 },
      marks: [
        ...(level === undefined
          ? []
          : [
              Plot.ruleX([level.x], { stroke: 'currentColor', strokeOpacity: 0.7, strokeDasharray: '5 3' }),
              Plot.text([level.x], { text: [level.name], frameAnchor: 'top', dy: -16, fill: 'currentColor' }),
            ]),
        Plot.ruleY(
          known.filter(({ low, high }) => low !== undefined && high !== undefined),
          {
            y: 'label',
            x1: ({ low }: DotRow) => (isFinite(low) ? low : worst),
            x2: ({ high }: DotRow) => (isFinite(high) ? high : worst),
            stroke: COLOR,
            strokeWidth: 1.6,
          },
        ),
        Plot.dot(
          rows.flatMap(({ label, dots = [] }) => dots.filter(isFinite).map((dot) => ({ label, x: inDomain(dot) }))),
          { x: 'x', y: 'label', r: 1.7, fill: 'currentColor', fillOpacity: 0.35 },
        ),
        Plot.dot(known, { x: 'value', y: 'label', r: 3.6, fill: COLOR }),
        Plot.dot(diverged, { x: worst, y: 'label', symbol: 'times', r: 4.5, stroke: COLOR, strokeWidth: 2 }),
      ],
    },
    near: 'row',
    readings: () =>
      rows.map((row) => ({
        line: row.label,
        x: row.value ?? worst,
        y: row.label,
        color: COLOR,
        facts: factsOf(row, x.name),
      })),
  };
}

function factsOf({ label, value, low, high }: DotRow, name: string): Fact[] {
  const format = (end: number | null): string => (end === null ? 'diverged' : formatScore(end));
  return [
    ['row', label],
    [name, format(value)],
    ...(low === undefined || high === undefined
      ? []
      : [['95 % interval', `${format(low)} to ${format(high)}`] as const]),
  ];
}
