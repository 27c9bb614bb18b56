import type { Run } from '../run/record.ts';

/** A destination for exported runs. */
export interface MetricSink {
  /** Exports runs and returns a description of the outcome. Runs may be read from disk one by one, more than once. */
  write(runs: Iterable<Run>): Promise<string>;
}

/** Writes a file to the target folder; a text that does not fit in memory is passed in parts. */
export type WriteFile = (name: string, content: Iterable<string> | Uint8Array) => void;
