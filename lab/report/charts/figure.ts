import type { Curve, CurveFigure, Figure, Panel } from '../../analysis/answer.ts';
import type { Chart } from './chart.ts';
import { dotsChart } from './dots.ts';
import type { PanelChart } from './panel.ts';
import { createPalette, type Palette } from './palette.ts';

/** The names and colours of a figure's curves. */
export function figurePalette({ panels }: CurveFigure): Palette {
  return createPalette(panels.flatMap(({ curves }) => curves.map(({ strategy }) => strategy)));
}

/** The curves of a figure, each once. */
export function curvesIn({ panels }: CurveFigure): Curve[] {
  const curves = panels.flatMap((panel) => panel.curves);
  return [...new Map(curves.map((curve) => [JSON.stringify(curve.strategy), curve])).values()];
}

/** One panel of a figure. */
export function panelChart(figure: CurveFigure, panel: Panel, palette: Palette): PanelChart {
  const { domain, name } = figure.y;
  return {
    kind: 'panel',
    name: `${figure.title}, ${panel.title}`,
    x: figure.x,
    // Where every run diverged there is no score to begin a scale with.
    y: { name, ...(domain?.every(Number.isFinite) ? { domain } : {}) },
    ...(panel.level ? { level: panel.level } : {}),
    curveIs: figure.curveIs ?? 'strategy',
    curves: panel.curves.map(({ strategy, points }) => ({
      label: palette.label(strategy),
      color: palette.color(strategy),
      dash: palette.dash(strategy),
      points,
    })),
  };
}

/** The panels of any figure, with their charts. */
export function panelsOf(figure: Figure): { readonly title: string; readonly chart: Chart }[] {
  if ('dotPanels' in figure) {
    return figure.dotPanels.map((panel) => ({ title: panel.title, chart: dotsChart(figure, panel) }));
  }
  const palette = figurePalette(figure);
  return figure.panels.map((panel) => ({ title: panel.title, chart: panelChart(figure, panel, palette) }));
}
