import type { Run } from '../record.ts';

/** Somewhere that runs can be taken to. */
export interface MetricSink {
  /** Takes whole runs; answers what it did with them, for people. */
  take(runs: readonly Run[]): Promise<string>;
}

/** Writes a file into the folder that was asked for. */
export type WriteFile = (name: string, content: string | Uint8Array) => void;
