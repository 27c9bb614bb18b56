/**
 * Finished experiments as they are committed: a line about the whole, then a line for each run.
 *
 * @module
 */

import { LabError } from '../errors.ts';
import type { Environment } from '../run/record.ts';
import type { RunDigest } from '../analysis/digest.ts';

/** What all runs of an experiment have in common. */
export interface ArchiveHead {
  readonly type: 'kept';
  readonly version: 1;
  readonly experiment: string;
  /** What was typed. */
  readonly command: string;
  /** The day on which it was kept: `2026-01-31`. */
  readonly date: string;
  /** Training time of all runs together, on one thread. */
  readonly seconds: number;
  readonly environment: Environment;
}

/** A finished experiment. */
export interface Archive {
  readonly head: ArchiveHead;
  readonly digests: readonly RunDigest[];
}

/** A finished experiment as text. */
export function formatArchive({ head, digests }: Archive): string {
  return [head, ...digests].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Reads it back; throws a LabError that names the file and line that is no such thing. */
export function parseArchive(text: string, file: string): Archive {
  const lines = text.trimEnd().split('\n');
  const [head, ...digests] = lines.map((line, place) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      throw new LabError(`${file}, line ${place + 1}: not JSON.`);
    }
  });
  const { type, version } = head as Partial<ArchiveHead>;
  if (type !== 'kept' || version !== 1) {
    throw new LabError(`${file} holds no experiment; make such a file by gradclip-lab keep.`);
  }
  return { head: head as ArchiveHead, digests: digests as RunDigest[] };
}
