import * as Plot from '@observablehq/plot';
import type { CurvePoint } from '../../analysis/answer.ts';
import { sortUnique } from '../../analysis/sort-unique.ts';
import { formatScore } from '../../analysis/names.ts';
import { shortNumber, WIDTH, type Drawing, type DrawnCurve, type Fact, type Reading, type View } from './drawing.ts';

/** One panel of a judgement's figure: curves, and a level they are held against. */
export interface PanelChart {
  readonly kind: 'panel';
  readonly name: string;
  readonly x: { readonly name: string; readonly log: boolean };
  readonly y: { readonly name: string; readonly domain?: readonly [number, number] };
  readonly level?: { readonly y: number; readonly name: string };
  /** What the name of a curve is the name of. */
  readonly curveIs: string;
  readonly curves: readonly DrawnCurve<CurvePoint>[];
}

/** Draws it. */
export function panelDrawing(chart: PanelChart, { hidden }: View): Drawing {
  const { x, y, level } = chart;
  const xs = sortUnique(chart.curves.flatMap(({ points }) => points.map((point) => point.x)));
  const curves = chart.curves.filter(({ label }) => !hidden.has(label));
  return {
    options: {
      width: WIDTH,
      height: 250,
      marginLeft: 44,
      marginBottom: 42,
      marginRight: 16,
      inset: 8,
      x: {
        type: x.log ? 'log' : 'linear',
        ticks: xs.length > 7 ? xs.filter((_, at) => at % 2 === 0) : xs,
        tickFormat: shortNumber,
        label: x.name,
        ...(xs.length > 1 ? { domain: [xs[0], xs.at(-1)] } : {}),
      },
      y: { label: y.name, grid: true, ticks: 5, ...(y.domain ? { domain: [...y.domain] } : {}) },
      marks: [
        ...(level === undefined ? [] : levelMarks(level)),
        ...curves.flatMap((curve) => curveMarks(curve, y.domain)),
      ],
    },
    near: 'point',
    readings: () =>
      curves.flatMap(({ label, color, points }) =>
        points.filter(isPlaced).map((point): Reading => ({
          line: label,
          x: point.x,
          y: point.y,
          color,
          facts: [[chart.curveIs, label], ...factsOf(point, chart)],
        })),
      ),
  };
}

type Placed = CurvePoint & { readonly y: number };

function isPlaced(point: CurvePoint): point is Placed {
  return point.y !== null;
}

function factsOf({ x, y, low, high }: Placed, chart: PanelChart): Fact[] {
  const word = (value: number | null): string => (value === null ? 'diverged' : formatScore(value));
  return [
    [chart.x.name, String(x)],
    [chart.y.name, formatScore(y)],
    ...(low === undefined || high === undefined ? [] : [['interval', `${word(low)} to ${word(high)}`] as const]),
  ];
}

function levelMarks({ y, name }: NonNullable<PanelChart['level']>): Plot.Markish[] {
  return [
    Plot.ruleY([y], { stroke: 'currentColor', strokeOpacity: 0.6, strokeDasharray: '1 3' }),
    Plot.text([name], {
      y: () => y,
      text: (text: string) => text,
      frameAnchor: 'left',
      textAnchor: 'start',
      dx: 4,
      dy: -8,
      fill: 'currentColor',
      fillOpacity: 0.75,
    }),
  ];
}

function curveMarks(
  { color: stroke, dash, points }: DrawnCurve<CurvePoint>,
  domain: readonly [number, number] = [-1e9, 1e9],
): Plot.Markish[] {
  const cut = (value: number | null | undefined, y: number): number =>
    Math.min(domain[1], Math.max(domain[0], value ?? (value === null ? domain[1] : y)));
  const placed = points.filter(isPlaced);
  return [
    Plot.ruleX(
      placed.filter(({ low, high }) => low !== undefined && high !== undefined),
      {
        x: 'x',
        y1: ({ low, y }: Placed) => cut(low, y),
        y2: ({ high, y }: Placed) => cut(high, y),
        stroke,
        strokeOpacity: 0.5,
      },
    ),
    // A gap where a point is missing: a line across it would claim what was not measured.
    Plot.line(points, {
      x: 'x',
      y: ({ y }: CurvePoint) => y ?? NaN,
      stroke,
      strokeWidth: 1.8,
      ...(dash === 'none' ? {} : { strokeDasharray: dash }),
    }),
    Plot.dot(placed, { x: 'x', y: 'y', fill: stroke, r: 3 }),
  ];
}
