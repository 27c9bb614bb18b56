import { availableParallelism } from 'node:os';
import { builtIn } from '../catalogue/catalogue.ts';
import { LabError } from '../errors.ts';
import type { Grid } from '../experiments/_experiment.ts';
import type { Environment } from '../run/record.ts';
import type { RunConfig } from '../run/run-config.ts';
import { wrapText } from '../text/text-table.ts';
import type { PlannedRun } from './plan.ts';
import { reportPage } from '../report/page.ts';
import { digestRun, type RunDigest } from '../analysis/digest.ts';
import { summarize, type Summary } from '../analysis/summary.ts';
import { answer, type ExperimentAnswer } from '../experiments/_answer.ts';
import type { DataReport } from '../tasks/_data-report.ts';
import { checkModels, modelKey } from './check-models.ts';
import type { Job } from './execute-run.ts';
import { executeRuns } from './execute-runs.ts';
import { currentPlugin } from './plugin.ts';
import { preparePlan } from './plan-runs.ts';
import { formatDuration, showProgress, type Progress, type Screen } from './progress.ts';
import { loadReportScript } from './report-script.ts';
import { dataWriter } from './show-data.ts';
import { readRuns } from './run-cache.ts';
import type { SavedPlan } from './saved-plan.ts';
import { ResultsFolder, type FailedRun } from './results-folder.ts';

/** Executes runs elsewhere than on threads of this machine. */
export interface Executor {
  /** Names the executor, to complete "on …". */
  readonly place: string;
  /** Resolves when all jobs have ended, or when `signal` aborts. */
  execute(jobs: readonly Job[], progress: Progress, signal: AbortSignal): Promise<void>;
}

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
  /** Executes the runs instead of threads on this machine. */
  readonly executor?: Executor;
  /** Writes what each run predicts on the test data to `predictions/<id>.jsonl`. */
  readonly savePredictions?: boolean;
  /** Results of runs that another machine finished. They are not repeated, and the report does not show them. */
  readonly kept?: readonly RunDigest[];
}

/** The results of a comparison, and the path of its report. */
export interface WrittenReport {
  readonly summary: ReportedSummary;
  readonly answer: ExperimentAnswer;
  readonly report: string;
}

/** A summary with what is not about the finished runs. */
export interface ReportedSummary extends Summary {
  /** Every environment in which a run was executed. */
  readonly environments: readonly Environment[];
  /** The planned runs that failed when they were last executed. */
  readonly failed: readonly FailedRun[];
}

/** The outcome of a comparison; without results if it was interrupted or no run finished. */
export interface ComparisonResult extends Partial<WrittenReport> {
  readonly interrupted: boolean;
  readonly finished: number;
  readonly total: number;
  readonly failed: readonly FailedRun[];
}

/**
 * Executes the runs that are not finished yet, then writes `summary.json` and `report.html`.
 *
 * @throws LabError or ClippingError for invalid arguments, before any training
 */
export async function compare(comparison: Comparison, screen: Screen, signal: AbortSignal): Promise<ComparisonResult> {
  const { experiment, question, budget, command, grid, out, data, kept = [] } = comparison;
  const dataReports: [task: string, report: DataReport][] = [];
  const planStage = await preparePlan(grid, builtIn, data, (...report) => dataReports.push(report));
  const folder = new ResultsFolder(out);
  const known = new Map<string, RunDigest | 'failed'>(kept.map((digest) => [digest.id, digest]));
  const digestOf = (id: string): RunDigest | 'failed' | undefined => {
    if (!known.has(id) && folder.hasRun(id)) known.set(id, digestRun(folder.readRun(id)));
    return known.get(id);
  };
  // Reads the finished runs too, which reports corrupt files before any training.
  let { runs, isLast } = await planStage(digestOf);
  folder.assertWritable();
  if (runs.length === 0) throw new LabError('The grid has no runs. Name at least one value of each part.');
  dataReports.forEach(dataWriter(screen));
  const earlier = runs.filter(({ id }) => digestOf(id)).length;
  if (earlier > 0) {
    const where = kept.length === 0 ? out : 'this folder or the kept file';
    screen.write(`Skipping ${earlier} of ${runs.length} runs that are already finished in ${where}.\n`);
  }
  const missing = runs.filter(({ id, config }) => !config.tuning && digestOf(id) && !folder.hasPredictions(id)).length;
  if (comparison.savePredictions && missing > 0) {
    const reason = 'because they diverged or were finished without --save-predictions';
    screen.write(`${missing} of these have no predictions, ${reason}. To train them again, use another --out.\n`);
  }
  for (;;) {
    const pending = runs.filter(({ id }) => digestOf(id) === undefined);
    const stepMs = await checkModels(pending, builtIn, data);
    const { primary } = grid;
    const ids = runs.map(({ id }) => id);
    const plan: SavedPlan = {
      experiment,
      question,
      budget,
      command,
      ...(primary && { primary: [...primary] }),
      runs: ids,
    };
    folder.startPlan(plan);
    pending.forEach(({ id }) => folder.forgetFailure(id));
    if (pending.length > 0) await executePending(pending, comparison, stepMs, screen, signal);

    const keptIds = new Set(kept.map(({ id }) => id));
    const finished = runs.filter(({ id }) => keptIds.has(id) || folder.hasRun(id)).length;
    const failed = failedRuns(folder, plan);
    const interrupted = finished + failed.length < runs.length;
    const result = { finished, failed, interrupted, total: runs.length };
    if (interrupted || finished === 0) return result;
    const hasReport = runs.some(({ id }) => folder.hasRun(id));
    if (isLast) return hasReport ? { ...result, ...writeReport(folder, plan) } : result;
    // Those of an earlier comparison were forgotten, so that it can be repeated.
    failed.forEach(({ id }) => known.set(id, 'failed'));
    ({ runs, isLast } = await planStage(digestOf));
  }
}

async function executePending(
  pending: readonly PlannedRun[],
  { out, data, executor, workers = availableParallelism(), savePredictions = false }: Comparison,
  stepMs: ReadonlyMap<string, number>,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const plugin = currentPlugin()?.path;
  const shared = {
    out,
    savePredictions,
    ...(data === undefined ? {} : { data }),
    ...(plugin === undefined ? {} : { plugin }),
  };
  const jobs = pending.toSorted(byDuration).map((run) => ({ ...run, ...shared }));
  const threads = Math.max(1, Math.min(workers, pending.length));
  const place = executor?.place ?? (workers === 0 ? 'the main thread' : countOf(threads, 'worker thread'));
  const ms = pending.reduce((sum, { config }) => sum + config.steps * (stepMs.get(modelKey(config)) ?? 0), 0);
  const time = executor === undefined ? `, about ${formatDuration(ms / 1000 / threads)}` : '';
  const announcement = `Training ${countOf(pending.length, 'run')} (${describeGrid(pending)}) on ${place}${time}. Ctrl-C keeps what is finished.`;
  screen.write(`${wrapText(announcement, '')}\n`);
  const progress = showProgress(screen, jobs, workers, stepMs);
  try {
    if (executor === undefined) await executeRuns(jobs, workers, progress, signal);
    else await executor.execute(jobs, progress, signal);
  } finally {
    progress.stop();
  }
}

/**
 * Writes the summary and the report of the finished runs of a plan.
 *
 * @param to a folder to write to instead of the folder of the runs, which may be read-only
 * @throws WriteError if the folder cannot be written
 */
export function writeReport(folder: ResultsFolder, plan: SavedPlan, to?: string): WrittenReport {
  const write = (name: string, content: string): string =>
    to === undefined ? folder.writePlanFile(name, plan, content) : new ResultsFolder(to).writeFile(name, content);
  const runs = readRuns(
    folder,
    plan.runs.filter((id) => folder.hasRun(id)),
  );
  const failed = failedRuns(folder, plan);
  const environments = distinctEnvironments(runs.map(({ start }) => start.environment));
  const summary = { ...summarize(plan.experiment, runs, plan.primary), environments, failed };
  write('summary.json', `${JSON.stringify(summary, undefined, 2)}\n`);
  const { rows } = summary;
  const ownAnswer = answer(plan.experiment, rows);
  const frame = { ...plan, total: plan.runs.length, failed };
  const page = reportPage(frame, { runs, rows, answer: ownAnswer }, loadReportScript());
  return { summary, answer: ownAnswer, report: write('report.html', page) };
}

function failedRuns(folder: ResultsFolder, { runs }: SavedPlan): FailedRun[] {
  return runs.flatMap((id) => (folder.hasRun(id) ? [] : (folder.readFailure(id) ?? [])));
}

function distinctEnvironments(environments: readonly Environment[]): Environment[] {
  return [...new Map(environments.map((one) => [JSON.stringify(one), one])).values()];
}

const GATED_CELLS = ['lstm', 'gru'];

/** Orders long runs first: a gated cell that starts last would leave the other workers idle at the end. */
function byDuration(a: PlannedRun, b: PlannedRun): number {
  const weight = ({ config }: PlannedRun): number => config.steps * (GATED_CELLS.includes(config.cell) ? 3 : 1);
  return weight(b) - weight(a);
}

/**
 * Describes the runs by the parts of the grid that vary, such as `3 cells × 2 strategies × 3 seeds`; with commas if not
 * every combination is a run.
 */
function describeGrid(runs: readonly PlannedRun[]): string {
  const counts = Object.entries(GRID_PARTS)
    .map(([noun, part]) => ({ noun, count: new Set(runs.map(({ config }) => JSON.stringify(part(config)))).size }))
    .filter(({ count }) => count > 1);
  const combinations = counts.reduce((product, { count }) => product * count, 1);
  const parts = counts.map(({ noun, count }) => countOf(count, noun));
  return parts.length === 0 ? 'one setting' : parts.join(combinations === runs.length ? ' × ' : ', ');
}

const GRID_PARTS: Readonly<Record<string, (config: RunConfig) => unknown>> = {
  task: ({ task, settings }) => [task, settings],
  cell: ({ cell }) => cell,
  optimizer: ({ optimizer }) => optimizer,
  strategy: ({ strategy }) => strategy,
  rate: ({ learningRate }) => learningRate,
  seed: ({ seed }) => seed,
};

function countOf(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun.replace(/y$/, 'ie')}s`;
}
