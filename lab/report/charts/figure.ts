import type { Curve, Figure, Panel } from '../../analysis/answer.ts';
import type { PanelChart } from './panel.ts';
import { createPalette, type Palette } from './palette.ts';

/** The names and colours of a figure's curves. */
export function figurePalette({ panels }: Figure): Palette {
  return createPalette(panels.flatMap(({ curves }) => curves.map(({ strategy }) => strategy)));
}

/** The curves of a figure, each once. */
export function curvesIn({ panels }: Figure): Curve[] {
  const curves = panels.flatMap((panel) => panel.curves);
  return [...new Map(curves.map((curve) => [JSON.stringify(curve.strategy), curve])).values()];
}

/** One panel of a figure. */
export function panelChart(figure: Figure, panel: Panel, palette: Palette): PanelChart {
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
