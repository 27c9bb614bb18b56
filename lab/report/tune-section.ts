import type { Run } from '../record.ts';
import { chartFigure } from './chart-figure.ts';
import { shortNumber } from './charts/drawing.ts';
import { digits } from './digest.ts';
import { html, type Content } from './html.ts';
import { logBins, measuredNorms } from './norms.ts';
import { behind } from './points-table.ts';
import { wrapped } from './text-table.ts';
import { wide } from './wide.ts';

const BINS = 20;
const TEXT_BINS = 12;
const BAR = 40;

/** The suggestion and the distribution of the norms, for a report; nothing where no run was unclipped. */
export function tuneSection(runs: readonly Run[]): Content {
  const measured = measuredNorms(runs);
  if (measured === undefined) return '';
  const bins = logBins(measured.norms, BINS);
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
          bins: bins.map(({ from, to, count }) => ({ from: digits(from), to: digits(to), count })),
          maxNorm: measured.maxNorm,
        },
        'Steps by gradient norm',
      )}
    </div>
    ${behind('Gradient norms, as numbers', [
      wide(
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

/** The same for a terminal. */
export function tuneText(runs: readonly Run[]): string {
  const measured = measuredNorms(runs);
  if (measured === undefined) return 'No norm was finite, so there is no threshold to suggest.';
  const bins = logBins(measured.norms, TEXT_BINS);
  const most = Math.max(...bins.map(({ count }) => count));
  const lines = bins.map(({ from, to, count }) => {
    const here = measured.maxNorm >= from && measured.maxNorm < to ? '  <- suggested' : '';
    const bar = '█'.repeat(Math.ceil((BAR * count) / most));
    return `${shortNumber(from).padStart(8)} ${String(count).padStart(5)} ${bar}${here}`;
  });
  return [
    `Gradient norms without clipping at learning rate ${measured.learningRate}: from, steps`,
    lines.join('\n'),
    wrapped(`Suggested: maxNorm ${measured.maxNorm}. ${measured.because}`),
  ].join('\n\n');
}
