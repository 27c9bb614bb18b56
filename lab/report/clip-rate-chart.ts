import * as Plot from '@observablehq/plot';
import type { Contest } from './best.ts';
import type { Html } from './html.ts';
import type { Ink } from './ink.ts';
import { percentText } from './label.ts';
import { svg, WIDTH } from './panel.ts';

/** How often each strategy changed the gradient, at each learning rate. */
export function clipRateChart({ contenders }: Contest, ink: Ink): Html {
  const bars = contenders
    .filter(({ strategy }) => strategy.id !== 'none')
    .flatMap((contender) =>
      contender.rows.map(({ learningRate, clipRate }) => ({
        label: ink.label(contender.strategy),
        color: ink.color(contender.strategy),
        rate: String(learningRate),
        clipRate: 100 * clipRate,
        text: percentText(clipRate),
      })),
    );
  const labels = [...new Set(bars.map(({ label }) => label))];
  const longest = Math.max(0, ...labels.map((label) => label.length));
  return svg('Steps clipped', {
    width: WIDTH,
    height: 56 + 15 * bars.length + 6 * labels.length,
    marginLeft: 30,
    marginRight: Math.min(150, 14 + 7 * longest),
    marginTop: 26,
    x: { domain: [0, 100], insetRight: 40, label: 'steps clipped, %', ticks: 3 },
    y: { type: 'band', label: null, padding: 0.15, domain: [...new Set(bars.map(({ rate }) => rate))] },
    fy: { domain: labels, label: null, padding: 0.12 },
    marks: [
      Plot.barX(bars, { x: 'clipRate', y: 'rate', fy: 'label', fill: 'color' }),
      Plot.text(bars, {
        x: 'clipRate',
        y: 'rate',
        fy: 'label',
        text: 'text',
        textAnchor: 'start',
        dx: 4,
        fill: 'currentColor',
        stroke: 'var(--page)',
        strokeWidth: 3,
      }),
    ],
  });
}
