import { availableParallelism } from 'node:os';
import { builtIn } from '../catalogue/catalogue.ts';
import type { Grid } from '../experiments/_experiment.ts';
import type { PlannedRun } from './plan.ts';
import { reportPage } from '../report/page.ts';
import { digestRun, type RunDigest } from '../analysis/digest.ts';
import { summarize, type Summary } from '../analysis/summary.ts';
import { answer, type ExperimentAnswer } from '../experiments/_answer.ts';
import { executeRuns } from './execute-runs.ts';
import { preparePlan } from './plan-runs.ts';
import { showProgress, type Screen } from './progress.ts';
import type { RedisAddress } from './redis/address.ts';
import { loadRedis } from './redis/index.ts';
import { loadReportScript } from './report-script.ts';
import { ResultsFolder, type SavedPlan } from './results-folder.ts';

/** The settings of one comparison. */
export interface Comparison {
  readonly experiment: string;
  readonly question: string;
  readonly budget: string;
  /** The command line, so that the report can say how to repeat it. */
  readonly command: string;
  readonly grid: Grid;
  /** A file that replaces the tasks' own data. */
  readonly data?: string;
  readonly out: string;
  /** The number of worker threads; 0 trains on the main thread. */
  readonly workers?: number;
  /** A Redis whose workers execute the runs, instead of threads on this machine. */
  readonly redis?: RedisAddress;
}

/** The results of a comparison, and the path of its report. */
export interface WrittenReport {
  readonly summary: Summary;
  readonly answer: ExperimentAnswer;
  readonly report: string;
}

/** The outcome of a comparison; without results if it was interrupted. */
export interface ComparisonResult extends Partial<WrittenReport> {
  readonly interrupted: boolean;
  readonly finished: number;
  readonly total: number;
}

/**
 * Executes the runs that are not finished yet, then writes `summary.json` and `report.html`.
 *
 * @throws LabError or ClippingError for invalid arguments, before any training
 */
export async function compare(comparison: Comparison, screen: Screen, signal: AbortSignal): Promise<ComparisonResult> {
  const { experiment, question, budget, command, grid, out, data } = comparison;
  const planStage = await preparePlan(grid, builtIn, data);
  const folder = new ResultsFolder(out);
  const digestOf = (id: string): RunDigest | undefined =>
    folder.hasRun(id) ? digestRun(folder.readRun(id)) : undefined;
  let { runs, isLast } = await planStage(digestOf);
  folder.assertWritable();
  for (;;) {
    const pending = runs.filter(({ id }) => !folder.hasRun(id));
    // Reading finished runs now reports corrupt files before any training.
    runs.forEach(({ id }) => digestOf(id));
    const skipped = runs.length - pending.length;
    if (skipped > 0) screen.write(`Skipping ${skipped} of ${runs.length} runs that are already finished in ${out}.\n`);
    const { primary } = grid;
    const ids = runs.map(({ id }) => id);
    const plan: SavedPlan = { experiment, question, budget, command, ...(primary && { primary }), runs: ids };
    folder.writePlan(plan);
    if (pending.length > 0) await executePending(pending, comparison, screen, signal);

    const finished = runs.filter(({ id }) => folder.hasRun(id)).length;
    const counts = { finished, total: runs.length, interrupted: finished < runs.length };
    if (counts.interrupted) return counts;
    if (isLast) return { ...counts, ...writeReport(folder, plan) };
    ({ runs, isLast } = await planStage(digestOf));
  }
}

async function executePending(
  pending: readonly PlannedRun[],
  { out, data, redis, workers = availableParallelism() }: Comparison,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const jobs = pending.toSorted(byDuration).map((run) => ({ ...run, out, ...(data === undefined ? {} : { data }) }));
  const threads = workers === 0 ? 'the main thread' : countOf(Math.min(workers, pending.length), 'worker thread');
  const where = redis === undefined ? threads : `the workers of ${redis.displayUrl}`;
  screen.write(`Executing ${countOf(pending.length, 'run')} on ${where}.\n`);
  const progress = showProgress(screen, jobs, workers);
  try {
    if (redis === undefined) await executeRuns(jobs, workers, progress, signal);
    else await (await loadRedis()).executeOnRedis(jobs, redis, progress, screen, signal);
  } finally {
    progress.stop();
  }
}

/** Writes the summary and the report of the finished runs of a plan. */
export function writeReport(folder: ResultsFolder, plan: SavedPlan): WrittenReport {
  const runs = plan.runs.filter((id) => folder.hasRun(id)).map((id) => folder.readRun(id));
  const summary = summarize(plan.experiment, runs, plan.primary);
  folder.writeFile('summary.json', `${JSON.stringify(summary, undefined, 2)}\n`);
  const { rows } = summary;
  const ownAnswer = answer(plan.experiment, rows);
  const frame = { ...plan, total: plan.runs.length };
  const page = reportPage(frame, { runs, rows, answer: ownAnswer }, loadReportScript());
  return { summary, answer: ownAnswer, report: folder.writeFile('report.html', page) };
}

const GATED_CELLS = ['lstm', 'gru'];

/** Orders long runs first: a gated cell that starts last would leave the other workers idle at the end. */
function byDuration(a: PlannedRun, b: PlannedRun): number {
  const weight = ({ config }: PlannedRun): number => config.steps * (GATED_CELLS.includes(config.cell) ? 3 : 1);
  return weight(b) - weight(a);
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
