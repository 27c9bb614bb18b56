import type { Run } from '../run/record.ts';

/** A destination for exported runs. */
export interface MetricSink {
  /** Exports runs and returns a description of the outcome. */
  write(runs: readonly Run[]): Promise<string>;
}

/** Writes a file to the target folder. */
export type WriteFile = (name: string, content: string | Uint8Array) => void;
