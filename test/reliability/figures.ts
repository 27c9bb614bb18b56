// What the full runs measured: one file for each subject, from which docs/reliability.md is made.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { version_core } from '@tensorflow/tfjs-core';

/** One line of a table: what each column says. */
export type Row = Readonly<Record<string, string | number>>;

/** What came of one subject, where it was measured. */
export interface Figures {
  readonly seconds: number;
  /** The runtime, tfjs and the machine. */
  readonly environment: string;
  readonly rows: readonly Row[];
}

const folder = new URL('figures/', import.meta.url);

/** Times a full run, and files what it measured. */
export async function measured(subject: string, run: () => Promise<readonly Row[]> | readonly Row[]): Promise<void> {
  const begun = performance.now();
  const rows = await run();
  file(subject, { seconds: Math.round((performance.now() - begun) / 1000), environment: environment(), rows });
}

/** All that was filed, by subject. */
export function filed(): ReadonlyMap<string, Figures> {
  return new Map(
    readdirSync(folder).map((name) => [
      name.replace(/\.json$/, ''),
      JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Figures,
    ]),
  );
}

function environment(): string {
  const cpu = cpus()[0]?.model.trim() ?? 'an unknown processor';
  const machine = `${process.platform} ${process.arch}, ${cpu}, ${availableParallelism()} cores`;
  return `Node ${process.versions.node}, tfjs ${version_core}, ${machine}`;
}

function file(subject: string, figures: Figures): void {
  writeFileSync(new URL(`${subject}.json`, folder), `${JSON.stringify(figures, undefined, 2)}\n`);
}
