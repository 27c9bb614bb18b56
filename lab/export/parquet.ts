import { parquetWriteBuffer } from 'hyparquet-writer';
import type { MetricSink, WriteFile } from './sink.ts';
import { runsTable, stepsTable, type Column } from './tables.ts';

/** Creates a sink that writes `runs.parquet` and `steps.parquet`. */
export function createParquetSink(writeFile: WriteFile): MetricSink {
  return {
    write(runs) {
      // The format stores whole columns.
      const all = [...runs];
      writeFile('runs.parquet', toParquet(runsTable(all)));
      writeFile('steps.parquet', toParquet(stepsTable(all)));
      return Promise.resolve('runs.parquet and steps.parquet');
    },
  };
}

function toParquet(columns: readonly Column[]): Uint8Array {
  const columnData = columns.map(({ name, type, data }) => ({ name, type, data: [...data] }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
