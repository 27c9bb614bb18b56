// Verdicts travel from the test files, each in a process of its own, to the table through a folder of this run.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from 'gradclip/testing';

/** What came of all trials of one strategy. */
export interface StrategyVerdicts {
  readonly id: string;
  readonly verdicts: readonly Verdict[];
}

/** Makes the folder of a run. */
export function openFolder(): string {
  return mkdtempSync(join(tmpdir(), 'gradclip-laws-'));
}

/** Files what came of one strategy. */
export function file(folder: string, { id, verdicts }: StrategyVerdicts): void {
  writeFileSync(join(folder, `${id}.json`), JSON.stringify(verdicts));
}

/** Reads what was filed, and removes the folder. */
export function closeFolder(folder: string): StrategyVerdicts[] {
  const all = readdirSync(folder).map((name) => ({
    id: name.replace(/\.json$/, ''),
    verdicts: JSON.parse(readFileSync(join(folder, name), 'utf8')) as Verdict[],
  }));
  rmSync(folder, { recursive: true });
  return all;
}
