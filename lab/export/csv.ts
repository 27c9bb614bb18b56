import Papa from 'papaparse';
import type { MetricSink, WriteFile } from './sink.ts';
import { runsTable, stepsTable, type Column } from './tables.ts';

/** Creates a sink that writes `runs.csv` and `steps.csv`. A missing value is an empty field. */
export function createCsvSink(writeFile: WriteFile): MetricSink {
  return {
    write(runs) {
      writeFile('runs.csv', toCsv(runsTable(runs)));
      writeFile('steps.csv', toCsv(stepsTable(runs)));
      return Promise.resolve('runs.csv and steps.csv');
    },
  };
}

function toCsv(columns: readonly Column[]): string {
  const count = columns[0]?.data.length ?? 0;
  const data = Array.from({ length: count }, (_, row) => columns.map((column) => column.data[row]));
  // A spreadsheet would evaluate text that starts with "=".
  return `${Papa.unparse({ fields: columns.map(({ name }) => name), data }, { newline: '\n', escapeFormulae: true })}\n`;
}
