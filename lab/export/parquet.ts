import { parquetWriteBuffer } from 'hyparquet-writer';
import type { MetricSink, WriteFile } from './sink.ts';
import { runsTable, stepsTable, type Column } from './tables.ts';

/** `runs.parquet` and `steps.parquet`. */
export function parquetSink(write: WriteFile): MetricSink {
  return {
    take(runs) {
      write('runs.parquet', parquet(runsTable(runs)));
      write('steps.parquet', parquet(stepsTable(runs)));
      return Promise.resolve('runs.parquet and steps.parquet');
    },
  };
}

function parquet(columns: readonly Column[]): Uint8Array {
  const columnData = columns.map(({ name, type, data }) => ({ name, type, data: [...data] }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
