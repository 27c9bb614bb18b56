import type { Contender, Contest } from './best.ts';
import { html, type Html } from './html.ts';
import type { Ink } from './ink.ts';
import { percentText, scoreText } from './label.ts';
import type { SummaryRow } from './summary.ts';

/** Every row of a comparison, at every learning rate, the best of each strategy marked. */
export function resultsTable(contests: readonly Contest[], ink: Ink): Html {
  const rows = contests.flatMap(({ contenders }) => contenders.flatMap((contender) => contender.rows));
  const rates = [...new Set(rows.map(({ learningRate }) => learningRate))].sort((a, b) => a - b);
  const metric = rows[0]?.metric;
  return html`<div class="scroll">
    <table>
      <caption>
        ${metric?.name ?? ''} on unseen data; ${metric?.better ?? ''} is better. Bold: each strategy's best rate, chosen
        in hindsight.
      </caption>
      <thead>
        <tr>
          <th>cell</th>
          <th class="text">strategy</th>
          ${rates.map((rate) => html`<th>rate ${rate}</th>`)}
          <th>clipped at best</th>
          <th>ms a step</th>
        </tr>
      </thead>
      ${contests.map(
        ({ cell, contenders }) =>
          html`<tbody class="group">
            ${contenders.map(
              (contender, place) =>
                html`<tr>
                  <td>${place === 0 ? cell : ''}</td>
                  <td class="text">${ink.label(contender.strategy)}</td>
                  ${rates.map((rate) => scoreCell(contender, rate))}
                  <td>${contender.best ? percentText(contender.best.clipRate) : '–'}</td>
                  <td>${contender.best ? contender.best.msPerStep.toFixed(1) : '–'}</td>
                </tr> `,
            )}
          </tbody>`,
      )}
    </table>
  </div>`;
}

function scoreCell({ rows, best }: Contender, rate: number): Html {
  const row = rows.find(({ learningRate }) => learningRate === rate);
  if (row === undefined) return html`<td class="lost">–</td>`;
  return html`<td class="${row === best ? 'best' : row.metric.median === null ? 'lost' : ''}">
    ${scoreWithSpread(row)}
  </td>`;
}

function scoreWithSpread({ metric: { median, q1, q3 }, diverged, seeds }: SummaryRow): string {
  const many = seeds.length > 1;
  const failed = diverged > 0 && many ? ` (${diverged} of ${seeds.length} diverged)` : '';
  if (median === null) return `diverged${diverged === seeds.length ? '' : failed}`;
  const spread = many ? ` [${scoreText(q1 ?? Infinity)}–${q3 === null ? 'diverged' : scoreText(q3)}]` : '';
  return `${scoreText(median)}${spread}${failed}`;
}
