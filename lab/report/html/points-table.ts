import type { Values } from '../charts/steps.ts';
import { html, type Content, type Html } from './html.ts';
import { formatScore } from '../../analysis/names.ts';
import { scrollable } from './scrollable.ts';

const ROWS = 12;

/** The lines of a chart over the steps as numbers, at about a dozen steps. */
export function pointsTable(
  caption: string,
  lines: readonly { readonly label: string; readonly values: Values }[],
): Html {
  const shown = lines.filter(({ values }) => values.some((value) => value !== null));
  const last = Math.max(0, ...shown.map(({ values }) => values.length - 1));
  const steps = [...new Set(Array.from({ length: ROWS }, (_, i) => Math.round((i * last) / (ROWS - 1))))];
  const cell = (value: number | null | undefined): Content =>
    html`<td>${value == null ? '–' : formatScore(value)}</td>`;
  return scrollable(
    caption,
    html`<table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">step</th>
          ${shown.map(({ label }) => html`<th scope="col">${label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${steps.map(
          (step) =>
            html`<tr>
              <th scope="row">${step}</th>
              ${shown.map(({ values }) => cell(values[step]))}
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}
