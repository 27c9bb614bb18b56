import type { StrategySpec } from 'gradclip';
import type { Chart } from '../charts/chart.ts';
import { html, Html, type Content } from './html.ts';
import type { Palette } from '../charts/palette.ts';
import { staticSvg } from './static-svg.ts';

/** A chart under its caption: drawn for print, and beside that as the JSON from which the page draws it again. */
export function chartFigure(chart: Chart, caption: Content, row: readonly Chart[] = [chart]): Html {
  return html`<figure>
    <figcaption>${caption}</figcaption>
    ${staticSvg(chart, row)} ${dataOf(chart)}
  </figure>`;
}

/** Without a `<` no text in it can end the element or begin another. */
function dataOf(chart: Chart): Html {
  return new Html(`<script type="application/json">${JSON.stringify(chart).replaceAll('<', '\\u003c')}</script>`);
}

/** Names and colours of the lines of charts; where the page can, each becomes a button that switches its line off. */
export function legend(title: string, specs: readonly StrategySpec[], palette: Palette): Content {
  if (specs.length < 2) return '';
  return html`<ul class="legend" aria-label="${title}">
    ${specs.map(
      (spec) =>
        html`<li data-line="${palette.label(spec)}">
          <svg class="swatch" viewBox="0 0 22 4" aria-hidden="true">
            <path d="M0 2h22" stroke="${palette.color(spec)}" stroke-dasharray="${palette.dash(spec)}" />
          </svg>
          <span>${palette.label(spec)}</span>
        </li>`,
    )}
  </ul>`;
}
