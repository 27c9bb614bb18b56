/**
 * The file format of saved experiments: one line about the experiment, then one line for each setting with its runs.
 *
 * @module
 */

import { LabError } from '../errors.ts';
import type { RunDigest } from '../analysis/digest.ts';
import { groupBy } from '../analysis/group-by.ts';
import type { Environment } from '../run/record.ts';
import { canonicalJson } from '../run/run-config.ts';
import { runIdOf } from '../node/run-id.ts';

const VERSION = 2;

/** The facts shared by all runs of an experiment. */
export interface ArchiveHead {
  readonly type: 'kept';
  readonly version: typeof VERSION;
  readonly experiment: string;
  /** The command that ran the experiment. */
  readonly command: string;
  /** The date on which it was saved, such as `2026-01-31`. */
  readonly date: string;
  /** Whether runs are missing. */
  readonly partial?: true;
  /** The total training time of all runs on one thread, in seconds. */
  readonly seconds: number;
  readonly environment: Environment;
}

/** A saved experiment. */
export interface Archive {
  readonly head: ArchiveHead;
  readonly digests: readonly RunDigest[];
}

/** The runs that differ only in the seed. A score that is null is left out. */
interface Setting extends Pick<RunDigest, 'metric'> {
  readonly config: Omit<RunDigest['config'], 'seed'>;
  readonly runs: readonly (Partial<Omit<RunDigest, 'id' | 'config' | 'metric'>> & { readonly seed: number })[];
}

/** Formats a saved experiment as text. */
export function formatArchive({ head, digests }: Archive): string {
  const settings = groupBy(digests, ({ config: { seed: _, ...config }, metric }) => canonicalJson([config, metric]));
  const lines = [...settings.values()].map((some): Setting => {
    const { seed: _, ...config } = some[0]!.config;
    return {
      config,
      metric: some[0]!.metric,
      runs: some.map(({ id: _id, config: { seed }, metric: _metric, ...digest }) => ({
        seed,
        ...Object.fromEntries(Object.entries(digest).filter(([, value]) => value !== null)),
      })),
    };
  });
  return [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/**
 * Parses a saved experiment.
 *
 * @throws LabError with the file and line if the text is not a saved experiment
 */
export function parseArchive(text: string, file: string): Archive {
  const lines = text.trimEnd().split('\n');
  const [head, ...settings] = lines.map((line, index) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      throw new LabError(`${file}, line ${index + 1}: not JSON.`);
    }
  });
  const { type, version } = head as Partial<ArchiveHead>;
  if (type !== 'kept' || version !== VERSION) {
    throw new LabError(
      `${file} contains no saved experiment of this version. Create one with: npx gradclip-lab keep ${file}`,
    );
  }
  return { head: head as ArchiveHead, digests: (settings as Setting[]).flatMap(toDigests) };
}

function toDigests({ config, metric, runs }: Setting): RunDigest[] {
  return runs.map(({ seed, ...rest }) => {
    const own = { ...config, seed };
    return {
      id: runIdOf(own),
      config: own,
      metric,
      validation: null,
      test: null,
      testError: null,
      norms: null,
      ...rest,
    } as RunDigest;
  });
}
