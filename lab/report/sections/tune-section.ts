import type { Run } from '../../run/record.ts';
import { chartFigure } from '../html/chart-figure.ts';
import { shortNumber } from '../charts/drawing.ts';
import { roundDigits } from '../../analysis/digest.ts';
import { html, type Content } from '../html/html.ts';
import { binLogarithmically, measureNorms } from '../../analysis/norms.ts';
import { details } from '../html/details.ts';
import { scrollable } from '../html/scrollable.ts';

const BINS = 20;

/** The suggestion and the distribution of the norms, for a report; nothing where no run was unclipped. */
export function tuneSection(runs: readonly Run[]): Content {
  const measured = measureNorms(runs);
  if (measured === undefined) return '';
  const bins = binLogarithmically(measured.norms, BINS);
  return html`<p><strong>Suggested: maxNorm ${measured.maxNorm}.</strong> ${measured.because}</p>
    <h3>Gradient norms without clipping</h3>
    <p class="soft">
      Every step of ${measured.runs} ${measured.runs === 1 ? 'run' : 'runs'} at learning rate ${measured.learningRate}.
      Dashed: the suggestion.
    </p>
    <div class="row">
      ${chartFigure(
        {
          kind: 'histogram',
          name: 'Distribution of the gradient norm without clipping',
          bins: bins.map(({ from, to, count }) => ({ from: roundDigits(from), to: roundDigits(to), count })),
          maxNorm: measured.maxNorm,
        },
        'Steps by gradient norm',
      )}
    </div>
    ${details('Gradient norms, as numbers', [
      scrollable(
        'Gradient norms',
        html`<table>
          <thead>
            <tr>
              <th scope="col">norm from</th>
              <th scope="col">up to</th>
              <th scope="col">steps</th>
            </tr>
          </thead>
          <tbody>
            ${bins.map(
              ({ from, to, count }) =>
                html`<tr>
                  <td>${shortNumber(from)}</td>
                  <td>${shortNumber(to)}</td>
                  <td>${count}</td>
                </tr>`,
            )}
          </tbody>
        </table>`,
      ),
    ])}`;
}
