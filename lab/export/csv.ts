import Papa from 'papaparse';
import type { MetricSink, WriteFile } from './sink.ts';
import { runsTable, stepsTable, type Column } from './tables.ts';

/** `runs.csv` and `steps.csv`; an empty field is a value that there is not. */
export function csvSink(write: WriteFile): MetricSink {
  return {
    take(runs) {
      write('runs.csv', csv(runsTable(runs)));
      write('steps.csv', csv(stepsTable(runs)));
      return Promise.resolve('runs.csv and steps.csv');
    },
  };
}

function csv(columns: readonly Column[]): string {
  const count = columns[0]?.data.length ?? 0;
  const data = Array.from({ length: count }, (_, row) => columns.map((column) => column.data[row]));
  // A text that begins with "=" would be computed by a spreadsheet.
  return `${Papa.unparse({ fields: columns.map(({ name }) => name), data }, { newline: '\n', escapeFormulae: true })}\n`;
}
