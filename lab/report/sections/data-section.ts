import { describeData } from '../../analysis/describe-data.ts';
import type { Run } from '../../run/record.ts';
import { html, type Content } from '../html/html.ts';

/** What each task read from its data; empty if all tasks generate it. */
export function dataSection(runs: readonly Run[]): Content {
  const reports = new Map(
    runs.flatMap(({ start: { config, dataReport } }) =>
      dataReport === undefined ? [] : [[`${config.task} ${JSON.stringify(dataReport)}`, { config, dataReport }]],
    ),
  );
  if (reports.size === 0) return '';
  const lists = [...reports.values()].map(({ config, dataReport }) => {
    const { facts, warnings } = describeData(dataReport);
    return html`<h3>${config.task}</h3>
      <ul>
        ${warnings.map((warning) => html`<li><strong>${warning}</strong></li>`)}
        ${facts.map((fact) => html`<li>${fact}</li>`)}
      </ul>`;
  });
  return html`<h2>Data</h2>
    ${lists}`;
}
