import type { StrategySpec } from 'gradclip';
import type { Chart } from '../charts/chart.ts';
import { html, Html, type Content } from './html.ts';
import type { Ink } from '../charts/palette.ts';
import { still } from './static-svg.ts';

/** A chart under its caption: drawn for print, and beside that as the JSON from which the page draws it again. */
export function chartFigure(chart: Chart, caption: Content, row: readonly Chart[] = [chart]): Html {
  return html`<figure>
    <figcaption>${caption}</figcaption>
    ${still(chart, row)} ${dataOf(chart)}
  </figure>`;
}

/** Without a `<` no text in it can end the element or begin another. */
function dataOf(chart: Chart): Html {
  return new Html(`<script type="application/json">${JSON.stringify(chart).replaceAll('<', '\\u003c')}</script>`);
}

/** Names and colours of the lines of charts; where the page can, each becomes a button that switches its line off. */
export function legend(title: string, specs: readonly StrategySpec[], ink: Ink): Content {
  if (specs.length < 2) return '';
  return html`<ul class="legend" aria-label="${title}">
    ${specs.map(
      (spec) =>
        html`<li data-line="${ink.label(spec)}">
          <svg class="swatch" viewBox="0 0 22 4" aria-hidden="true">
            <path d="M0 2h22" stroke="${ink.color(spec)}" stroke-dasharray="${ink.dash(spec)}" />
          </svg>
          <span>${ink.label(spec)}</span>
        </li>`,
    )}
  </ul>`;
}
