import { sortUnique } from '../../analysis/sort-unique.ts';
import type { Contender, Contest } from '../../analysis/contests.ts';
import { html, type Content, type Html } from '../html/html.ts';
import type { Palette } from '../charts/palette.ts';
import { formatGain } from '../../analysis/findings.ts';
import { formatPercent, formatScore } from '../../analysis/names.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import { scrollable } from '../html/scrollable.ts';

/** Creates the table of a contest: every strategy at every learning rate, with its best rate in bold. */
export function resultsTable(contest: Contest, palette: Palette): Html {
  const { contenders } = contest;
  const rows = contenders.flatMap((contender) => contender.rows);
  const rates = sortUnique(rows.map(({ learningRate }) => learningRate));
  const metric = rows[0]?.metric;
  const seeds = rows.some((row) => row.seeds.length > 1)
    ? ' Median over seeds, and its 95 % interval (below six seeds: the range).'
    : '';
  const line = (contender: Contender): Html =>
    html`<tr>
      <th scope="row">${palette.label(contender.strategy)}</th>
      ${rates.map((rate) => scoreCell(contender, rate))}${atBest(contender)}
    </tr>`;
  return html`<p class="soft">
      ${metric?.name ?? ''} on the test data, ${metric?.better ?? ''} is better.${seeds} Bold: the rate that is best on
      the validation data. The last two columns are for this rate.
    </p>
    ${scrollable(
      `${contest.cell}: scores`,
      html`<table class="stack">
        <thead>
          <tr>
            <th scope="col">strategy</th>
            ${rates.map((rate) => html`<th scope="col">rate ${rate}</th>`)}
            <th scope="col">clipped</th>
            <th scope="col">against no clipping</th>
          </tr>
        </thead>
        <tbody>
          ${contenders.map(line)}
        </tbody>
      </table>`,
    )}`;
}

function atBest({ best }: Contender): Html {
  if (best === undefined)
    return html`<td data-label="clipped">–</td>
      <td data-label="against no clipping">–</td>`;
  return html`<td data-label="clipped">${formatPercent(best.clipRate)}</td>
    <td data-label="against no clipping">${against(best)}</td>`;
}

function against({ gain, verdict }: SummaryRow): Content {
  return gain === undefined ? '–' : html`${verdict ?? ''}<small>${formatGain(gain)}</small>`;
}

function scoreCell({ rows, best }: Contender, rate: number): Html {
  const row = rows.find(({ learningRate }) => learningRate === rate);
  const label = `rate ${rate}`;
  if (row === undefined) return html`<td class="lost" data-label="${label}">–</td>`;
  const { median } = row.metric;
  const kind = row === best ? 'best' : median === null ? 'lost' : '';
  return html`<td class="${kind}" data-label="${label}">
    ${median === null ? 'diverged' : formatScore(median)}${spreadOf(row)}
  </td>`;
}

/** Formats the interval of the median and the number of seeds that diverged. */
function spreadOf({ metric: { median, low, high }, diverged, seeds }: SummaryRow): Content {
  if (seeds.length === 1) return '';
  if (diverged === seeds.length) return html`<small>all ${seeds.length} seeds</small>`;
  const failed = diverged > 0 ? `${diverged} of ${seeds.length} diverged` : '';
  if (median === null) return html`<small>${failed}</small>`;
  const range = `${low === null ? 'diverged' : formatScore(low)}–${high === null ? 'diverged' : formatScore(high)}`;
  return html`<small>${range}${failed === '' ? '' : `, ${failed}`}</small>`;
}
