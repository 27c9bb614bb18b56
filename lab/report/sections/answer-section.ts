import type { Figure, JudgedTable } from '../../analysis/answer.ts';
import { ascending } from '../../analysis/ascending.ts';
import { chartFigure, legend } from '../html/chart-figure.ts';
import { curvesIn, inkFor, panelChart } from '../charts/figure.ts';
import { html, type Content, type Html } from '../html/html.ts';
import { scoreText } from '../../analysis/names.ts';
import { details } from '../html/details.ts';
import { wide } from '../html/scrollable.ts';

/** A figure: its panels side by side, one legend, and its numbers as tables behind it. */
export function figureRow(figure: Figure): Html {
  const ink = inkFor(figure);
  return html`<h3>${figure.title}</h3>
    <p class="soft">${figure.note}</p>
    ${legend(
      'lines',
      curvesIn(figure).map(({ strategy }) => strategy),
      ink,
    )}
    <div class="row">${figure.panels.map((panel) => chartFigure(panelChart(figure, panel, ink), panel.title))}</div>
    ${details(
      `${figure.title}, as numbers`,
      figure.panels.map((panel) => numbersOf(figure, panel, ink.label)),
    )}`;
}

/** A judged table. */
export function judgedTable({ title, note, columns, rows }: JudgedTable): Html {
  return html`<h3>${title}</h3>
    <p class="soft">${note}</p>
    ${wide(
      title,
      html`<table class="text">
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
      </table>`,
    )}`;
}

function numbersOf({ x }: Figure, panel: Figure['panels'][number], label: (spec: { id: string }) => string): Html {
  const xs = ascending(panel.curves.flatMap(({ points }) => points.map((point) => point.x)));
  const cell = (y: number | null | undefined): Content => (y == null ? '–' : scoreText(y));
  return wide(
    panel.title,
    html`<table>
      <caption>
        ${panel.title}
      </caption>
      <thead>
        <tr>
          <th scope="col">${x.name}</th>
          ${xs.map((value) => html`<th scope="col">${value}</th>`)}
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
    </table>`,
  );
}
