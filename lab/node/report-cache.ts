import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { formatReport } from '../text/terminal-report.ts';
import { writeReport } from './compare.ts';
import { digestLabCode } from './environment.ts';
import { currentPlugin } from './plugin.ts';
import { loadReportScript } from './report-script.ts';
import type { ResultsFolder } from './results-folder.ts';
import type { SavedPlan } from './saved-plan.ts';
import { WriteError } from './write-error.ts';

/** A report that is on disk. */
export interface CurrentReport {
  /** The text of `summary.json`. */
  readonly summary: string;
  /** The report for a terminal. */
  readonly text: string;
  /** The path of `report.html`. */
  readonly report: string;
}

const CACHE = '.report-cache';

const cache = v.object({
  /** A digest of everything that the report depends on. */
  inputs: v.string(),
  /** The states of the report's files when they were written. */
  outputs: v.string(),
  text: v.string(),
});

/**
 * Writes the summary and the report, or nothing if neither the plan, the runs, the failures, the code nor the written
 * files have changed since the last time.
 *
 * @param to a folder to always write to, instead of the folder of the runs, which may be read-only
 * @throws WriteError if the folder cannot be written
 */
export function updateReport(folder: ResultsFolder, plan: SavedPlan, to?: string): CurrentReport {
  const [summaryPath, pagePath] = [join(folder.path, 'summary.json'), join(folder.path, 'report.html')];
  const stateOfOutputs = (): string => `${stateOf(summaryPath)} ${stateOf(pagePath)}`;
  const inputs = digestInputs(folder, plan);
  const known = to === undefined ? readCache(join(folder.path, CACHE)) : undefined;
  if (known?.inputs === inputs && known.outputs === stateOfOutputs()) {
    return { summary: readFileSync(summaryPath, 'utf8').trimEnd(), text: known.text, report: pagePath };
  }
  const { summary, answer, report } = writeReport(folder, plan, to);
  const text = formatReport(summary, answer);
  if (to === undefined) saveCache(folder, { inputs, outputs: stateOfOutputs(), text });
  return { summary: JSON.stringify(summary, undefined, 2), text, report };
}

function digestInputs(folder: ResultsFolder, plan: SavedPlan): string {
  const hash = createHash('sha256');
  const parts = [digestLabCode(), loadReportScript().script ?? '', currentPlugin()?.digest ?? '', JSON.stringify(plan)];
  parts.forEach((part) => hash.update(`${part.length}\0${part}`));
  for (const id of plan.runs) {
    const run = stateOf(join(folder.path, 'runs', `${id}.jsonl`));
    hash.update(`${id} ${run || stateOf(join(folder.path, 'failed', `${id}.json`))}\n`);
  }
  return hash.digest('hex');
}

/** The size and the time of the last change of a file; empty if there is none. */
function stateOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.size} ${stats.mtimeMs}`;
}

/** Reads a cache; undefined if it is missing or damaged, because it can be made again. */
function readCache(path: string): v.InferOutput<typeof cache> | undefined {
  try {
    return v.parse(cache, JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function saveCache(folder: ResultsFolder, content: v.InferOutput<typeof cache>): void {
  try {
    folder.writeFile(CACHE, JSON.stringify(content));
  } catch (error) {
    // The report itself is written; only the next time takes longer.
    if (!(error instanceof WriteError)) throw error;
  }
}
