import Papa from 'papaparse';
import type { Run } from '../run/record.ts';
import type { MetricSink, WriteFile } from './sink.ts';
import { runsTable, stepsTable, type Column } from './tables.ts';

/** Creates a sink that writes `runs.csv` and `steps.csv`, one run at a time. A missing value is an empty field. */
export function createCsvSink(writeFile: WriteFile): MetricSink {
  return {
    write(runs) {
      writeFile('runs.csv', formatRuns(runs, runsTable));
      writeFile('steps.csv', formatRuns(runs, stepsTable));
      return Promise.resolve('runs.csv and steps.csv');
    },
  };
}

function* formatRuns(runs: Iterable<Run>, tableOf: (runs: readonly Run[]) => Column[]): Generator<string> {
  let header = true;
  for (const run of runs) {
    const columns = tableOf([run]);
    const fields = columns.map(({ name }) => name);
    const data = Array.from(columns[0]?.data ?? [], (_, row) => columns.map((column) => column.data[row]));
    // A spreadsheet would evaluate text that starts with "=".
    yield `${Papa.unparse({ fields, data }, { newline: '\n', escapeFormulae: true, header })}\n`;
    header = false;
  }
}
