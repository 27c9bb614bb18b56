import type { AnswerTable, CurveFigure, DotFigure, DotPanel, Figure, Panel } from '../../analysis/answer.ts';
import { sortUnique } from '../../analysis/sort-unique.ts';
import { chartFigure, legend } from '../html/chart-figure.ts';
import { curvesIn, figurePalette, panelsOf } from '../charts/figure.ts';
import type { Palette } from '../charts/palette.ts';
import { html, type Content, type Html } from '../html/html.ts';
import { formatScore } from '../../analysis/names.ts';
import { details } from '../html/details.ts';
import { scrollable } from '../html/scrollable.ts';

/** A figure: its panels side by side, one legend, and its numbers as tables behind it. */
export function figureRow(figure: Figure): Html {
  const isDots = 'dotPanels' in figure;
  const palette = isDots ? undefined : figurePalette(figure);
  return html`<h3>${figure.title}</h3>
    <p class="soft">${figure.note}</p>
    ${
      palette === undefined || isDots
        ? ''
        : legend(
            'lines',
            curvesIn(figure).map(({ strategy }) => strategy),
            palette,
          )
    }
    <div class="row">${panelsOf(figure).map(({ title, chart }) => chartFigure(chart, title))}</div>
    ${details(
      `${figure.title}, as numbers`,
      isDots
        ? figure.dotPanels.map((panel) => dotNumbers(figure, panel))
        : figure.panels.map((panel) => curveNumbers(figure, panel, (palette as Palette).label)),
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

function curveNumbers({ x }: CurveFigure, panel: Panel, label: Palette['label']): Html {
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

function dotNumbers({ x }: DotFigure, { title, rows }: DotPanel): Html {
  const cell = (value: number | null | undefined): Content =>
    value === undefined ? '–' : value === null ? 'diverged' : formatScore(value);
  return scrollable(
    title,
    html`<table>
      <caption>
        ${title}
      </caption>
      <thead>
        <tr>
          <td></td>
          <th scope="col">${x.name}</th>
          <th scope="col">from</th>
          <th scope="col">to</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ label, value, low, high }) =>
            html`<tr>
              <th scope="row">${label}</th>
              ${[value, low, high].map((one) => html`<td>${cell(one)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}
