import { writeReport, type WrittenReport } from './compare.ts';
import { ResultsFolder } from './results-folder.ts';
import type { SavedPlan } from './saved-plan.ts';

/** Options of `publish`. */
export interface PublishOptions {
  /** The heading of the report. Default: the question of the comparison, or `All runs in …`. */
  readonly question?: string;
  /** The ids of the runs to report. Default: those of the comparison that was started last, or all finished runs. */
  readonly runs?: readonly string[];
  /** A folder to write to instead of the folder of the runs, which may be read-only. */
  readonly to?: string;
}

/**
 * Writes `summary.json` and `report.html` of the finished runs in a folder, without training.
 *
 * @param out a folder of results: the `out` of `runExperiment`, or `--out` of the command line
 * @returns the summary, the answer to the experiment's question, and the path of the report
 * @throws LabError if the folder has no finished runs or a record is corrupt
 * @throws Error that names the file if the folder cannot be written
 *
 * @example
 * ```ts
 * import { publish, runExperiment } from 'gradclip-lab';
 *
 * for await (const record of runExperiment('quick', { out: 'results', workers: 4 })) {
 *   if (record.type === 'end') console.log(record.test);
 * }
 * console.log(publish('results', { question: 'Does clipping help?' }).report);
 * ```
 */
export function publish(out: string, { question, runs, to }: PublishOptions = {}): WrittenReport {
  const folder = new ResultsFolder(out);
  const plan = planToReport(folder);
  return writeReport(
    folder,
    { ...plan, ...(question !== undefined && { question }), ...(runs && { runs: [...runs] }) },
    to,
  );
}

/** The comparison that was started last in a folder, or all finished runs; throws a LabError if there are none. */
export function planToReport(folder: ResultsFolder): SavedPlan {
  const runs = folder.requireFinishedIds();
  const question = `All runs in ${folder.path}`;
  return folder.readPlan() ?? { experiment: 'all runs', question, budget: '', command: '', runs };
}
