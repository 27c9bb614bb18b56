/**
 * The file format of saved experiments: one line about the experiment, then one line for each run.
 *
 * @module
 */

import { LabError } from '../errors.ts';
import type { Environment } from '../run/record.ts';
import type { RunDigest } from '../analysis/digest.ts';

/** The facts shared by all runs of an experiment. */
export interface ArchiveHead {
  readonly type: 'kept';
  readonly version: 1;
  readonly experiment: string;
  /** The command that ran the experiment. */
  readonly command: string;
  /** The date on which it was saved, such as `2026-01-31`. */
  readonly date: string;
  /** The total training time of all runs on one thread, in seconds. */
  readonly seconds: number;
  readonly environment: Environment;
}

/** A finished experiment. */
export interface Archive {
  readonly head: ArchiveHead;
  readonly digests: readonly RunDigest[];
}

/** Formats a finished experiment as text. */
export function formatArchive({ head, digests }: Archive): string {
  return [head, ...digests].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/**
 * Parses a saved experiment.
 *
 * @throws LabError with the file and line if the text is not a saved experiment
 */
export function parseArchive(text: string, file: string): Archive {
  const lines = text.trimEnd().split('\n');
  const [head, ...digests] = lines.map((line, index) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      throw new LabError(`${file}, line ${index + 1}: not JSON.`);
    }
  });
  const { type, version } = head as Partial<ArchiveHead>;
  if (type !== 'kept' || version !== 1) {
    throw new LabError(`${file} holds no experiment; make such a file by gradclip-lab keep.`);
  }
  return { head: head as ArchiveHead, digests: digests as RunDigest[] };
}
