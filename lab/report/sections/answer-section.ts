import type { Figure, AnswerTable } from '../../analysis/answer.ts';
import { sortUnique } from '../../analysis/sort-unique.ts';
import { chartFigure, legend } from '../html/chart-figure.ts';
import { curvesIn, figurePalette, panelChart } from '../charts/figure.ts';
import { html, type Content, type Html } from '../html/html.ts';
import { formatScore } from '../../analysis/names.ts';
import { details } from '../html/details.ts';
import { scrollable } from '../html/scrollable.ts';

/** A figure: its panels side by side, one legend, and its numbers as tables behind it. */
export function figureRow(figure: Figure): Html {
  const palette = figurePalette(figure);
  return html`<h3>${figure.title}</h3>
    <p class="soft">${figure.note}</p>
    ${legend(
      'lines',
      curvesIn(figure).map(({ strategy }) => strategy),
      palette,
    )}
    <div class="row">${figure.panels.map((panel) => chartFigure(panelChart(figure, panel, palette), panel.title))}</div>
    ${details(
      `${figure.title}, as numbers`,
      figure.panels.map((panel) => numbersOf(figure, panel, palette.label)),
    )}`;
}

/** A judged table. */
export function answerTable({ title, note, columns, rows }: AnswerTable): Html {
  return html`<h3>${title}</h3>
    <p class="soft">${note}</p>
    ${scrollable(
      title,
      html`<table class="text stack">
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
                ${rest.map((text, index) => html`<td data-label="${columns[index + 1] ?? ''}">${text}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>`,
    )}`;
}

function numbersOf({ x }: Figure, panel: Figure['panels'][number], label: (spec: { id: string }) => string): Html {
  const xs = sortUnique(panel.curves.flatMap(({ points }) => points.map((point) => point.x)));
  const cell = (y: number | null | undefined): Content => (y == null ? '–' : formatScore(y));
  return scrollable(
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
