import * as Plot from '@observablehq/plot';
import type { Run } from '../record.ts';
import { html, type Content } from './html.ts';
import { logBins, measuredNorms, type MeasuredNorms } from './norms.ts';
import { shortNumber, svg, WIDTH } from './panel.ts';
import { wrapped } from './text-table.ts';

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
    <div class="row"><figure>${histogram(measured)}</figure></div>
    <details>
      <summary>Gradient norms, as numbers</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>norm from</th>
              <th>up to</th>
              <th>steps</th>
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
        </table>
      </div>
    </details>`;
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

function histogram({ norms, maxNorm }: MeasuredNorms) {
  return svg('Distribution of the gradient norm without clipping', {
    width: WIDTH,
    height: 220,
    marginLeft: 44,
    x: { type: 'log', label: 'gradient norm', tickFormat: shortNumber, ticks: 5 },
    y: { label: 'steps', grid: true, ticks: 5 },
    marks: [
      Plot.rectY(logBins(norms, BINS), { x1: 'from', x2: 'to', y: 'count', fill: 'var(--s0)', inset: 0.5 }),
      Plot.ruleX([maxNorm], { stroke: 'currentColor', strokeDasharray: '4 3', strokeWidth: 1.5 }),
      Plot.ruleY([0], { stroke: 'currentColor' }),
    ],
  });
}
