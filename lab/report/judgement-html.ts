import type { Figure, JudgedTable } from '../judge/judgement.ts';
import { curvesIn, inkFor, panelChart } from './figure.ts';
import { html, type Content, type Html } from './html.ts';
import { scoreText } from './label.ts';

/** A figure: its panels side by side, one legend, and its numbers as tables behind it. */
export function figureRow(figure: Figure): Html {
  const ink = inkFor(figure);
  return html`<h3>${figure.title}</h3>
    <p class="soft">${figure.note}</p>
    <ul class="legend" aria-label="lines">
      ${curvesIn(figure).map(
        ({ strategy }) =>
          html`<li>
            <i class="${strategy.id === 'none' ? 'dashed' : ''}" style="color:${ink.color(strategy)}"></i
            >${ink.label(strategy)}
          </li>`,
      )}
    </ul>
    <div class="row">
      ${figure.panels.map(
        (panel) =>
          html`<figure>
            <figcaption>${panel.title}</figcaption>
            ${panelChart(figure, panel, ink)}
          </figure>`,
      )}
    </div>
    <details>
      <summary>${figure.title}, as numbers</summary>
      ${figure.panels.map((panel) => numbersOf(figure, panel, ink.label))}
    </details>`;
}

/** A judged table. */
export function judgedTable({ title, note, columns, rows }: JudgedTable): Html {
  return html`<h3>${title}</h3>
    <p class="soft">${note}</p>
    <div class="scroll">
      <table class="text">
        <thead>
          <tr>
            ${columns.map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ([first = '', ...rest]) =>
              html`<tr>
                <th scope="row">${first}</th>
                ${rest.map((text) => html`<td>${text}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function numbersOf({ x }: Figure, panel: Figure['panels'][number], label: (spec: { id: string }) => string): Html {
  const xs = [...new Set(panel.curves.flatMap(({ points }) => points.map((point) => point.x)))].sort((a, b) => a - b);
  const cell = (y: number | null | undefined): Content => (y == null ? '–' : scoreText(y));
  return html`<div class="scroll">
    <table>
      <caption>
        ${panel.title}
      </caption>
      <thead>
        <tr>
          <th>${x.name}</th>
          ${xs.map((value) => html`<th>${value}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${panel.curves.map(
          ({ strategy, points }) =>
            html`<tr>
              <th scope="row">${label(strategy)}</th>
              ${xs.map((value) => html`<td>${cell(points.find((point) => point.x === value)?.y)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
