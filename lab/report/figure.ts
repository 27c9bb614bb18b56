import * as Plot from '@observablehq/plot';
import type { Curve, CurvePoint, Figure, Panel } from '../judge/judgement.ts';
import type { Html } from './html.ts';
import type { Ink } from './ink.ts';
import { inkOf } from './ink.ts';
import { shortNumber, svg, WIDTH } from './panel.ts';

/** The names and colours of a figure's curves. */
export function inkFor({ panels }: Figure): Ink {
  return inkOf(panels.flatMap(({ curves }) => curves.map(({ strategy }) => strategy)));
}

/** The curves of a figure, each once. */
export function curvesIn({ panels }: Figure): Curve[] {
  const curves = panels.flatMap((panel) => panel.curves);
  return [...new Map(curves.map((curve) => [JSON.stringify(curve.strategy), curve])).values()];
}

/** One panel of a figure. */
export function panelChart(figure: Figure, panel: Panel, ink: Ink): Html {
  const xs = [...new Set(panel.curves.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const { level } = panel;
  const { curves } = panel;
  return svg(`${figure.title}, ${panel.title}`, {
    width: WIDTH,
    height: 250,
    marginLeft: 44,
    marginBottom: 42,
    marginRight: 16,
    inset: 8,
    x: {
      type: figure.x.log ? 'log' : 'linear',
      ticks: xs.length > 7 ? xs.filter((_, at) => at % 2 === 0) : xs,
      tickFormat: shortNumber,
      label: figure.x.name,
    },
    y: { label: figure.y.name, grid: true, ticks: 5, ...(figure.y.domain ? { domain: [...figure.y.domain] } : {}) },
    marks: [
      ...(level === undefined
        ? []
        : [
            Plot.ruleY([level.y], { stroke: 'currentColor', strokeOpacity: 0.6, strokeDasharray: '1 3' }),
            Plot.text([level.name], {
              y: () => level.y,
              text: (name: string) => name,
              frameAnchor: 'left',
              textAnchor: 'start',
              dx: 4,
              dy: -8,
              fill: 'currentColor',
              fillOpacity: 0.75,
            }),
          ]),
      ...curves.flatMap((curve) => curveMarks(curve, ink.color(curve.strategy), figure.y.domain)),
    ],
  });
}

function curveMarks(
  { strategy, points }: Curve,
  stroke: string,
  domain: readonly [number, number] = [-1e9, 1e9],
): Plot.Markish[] {
  const dashed = strategy.id === 'none' ? { strokeDasharray: '5 3' } : {};
  const cut = (value: number | null | undefined, y: number): number =>
    Math.min(domain[1], Math.max(domain[0], value ?? (value === null ? domain[1] : y)));
  const spread = points.filter((point): point is CurvePoint & { y: number } => point.y !== null);
  return [
    Plot.ruleX(
      spread.filter(({ low, high }) => low !== undefined && high !== undefined),
      {
        x: 'x',
        y1: ({ low, y }: CurvePoint & { y: number }) => cut(low, y),
        y2: ({ high, y }: CurvePoint & { y: number }) => cut(high, y),
        stroke,
        strokeOpacity: 0.5,
      },
    ),
    // A gap where a point is missing: a line across it would claim what was not measured.
    Plot.line(points, { x: 'x', y: ({ y }: CurvePoint) => y ?? NaN, stroke, strokeWidth: 1.8, ...dashed }),
    Plot.dot(spread, { x: 'x', y: 'y', fill: stroke, r: 3 }),
  ];
}
