import type { Figure } from '../analysis/answer.ts';
import { WIDTH } from '../report/charts/drawing.ts';
import { curvesIn, figurePalette, panelsOf } from '../report/charts/figure.ts';
import { html, Html } from '../report/html/html.ts';
import { svgImage } from '../report/html/static-svg.ts';
import { COLORS } from '../report/html/style.ts';

/** The image of one panel of a figure. */
export interface FigureFile {
  readonly path: string;
  readonly text: string;
  /** The title of the panel. */
  readonly title: string;
}

const LEGEND_ROW = 16;

/** Draws each panel of a figure as an SVG image with a legend, which follows the colour scheme of the reader. */
export function figureFiles(experiment: string, figure: Figure): FigureFile[] {
  const entries = legendOf(figure);
  return panelsOf(figure).map(({ title, chart }) => {
    const top = 14 + (title === '' && entries.length === 0 ? 0 : LEGEND_ROW * (1 + Math.ceil(entries.length / 2)));
    const drawn = svgImage(chart).markup;
    const height = top + Number(/height="(\d+)"/.exec(drawn)?.[1] ?? 250);
    const picture = html`<svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox="0 0 ${WIDTH} ${height}"
      width="${WIDTH}"
      height="${height}"
      font-family="system-ui, DejaVu Sans, sans-serif"
      font-size="12"
    >
      <style>
        ${new Html(COLORS)} svg {
          color: var(--ink);
        }
        text {
          fill: currentColor;
        }
      </style>
      <rect width="100%" height="100%" style="fill:var(--page)" />
      <text x="12" y="18" font-weight="600">${title}</text>
      ${entries}${new Html(drawn.replace('<svg ', `<svg x="0" y="${top}" `))}
    </svg>`;
    const name = `${experiment}-${figure.id}-${title.replaceAll(/[^\w-]+/g, '-')}`;
    return { path: `images/results/${name}.svg`, text: `${picture.markup}\n`, title };
  });
}

function legendOf(figure: Figure): Html[] {
  if ('dotPanels' in figure) return [];
  const palette = figurePalette(figure);
  return curvesIn(figure).map(({ strategy }, index) => {
    const [x, y] = [12 + (index % 2) * (WIDTH / 2), 36 + Math.floor(index / 2) * LEGEND_ROW];
    const dash = strategy.id === 'none' ? html` stroke-dasharray="5 3"` : html``;
    return html`<line
        x1="${x}"
        x2="${x + 22}"
        y1="${y - 4}"
        y2="${y - 4}"
        style="stroke:${palette.color(strategy)}"
        stroke-width="2"
        ${dash}
      /><text x="${x + 28}" y="${y}">${palette.label(strategy)}</text>`;
  });
}
