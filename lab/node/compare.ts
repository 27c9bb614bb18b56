import { availableParallelism } from 'node:os';
import { builtIn } from '../catalogue.ts';
import type { Grid } from '../experiment.ts';
import type { PlannedRun } from '../plan.ts';
import { reportPage } from '../report/page.ts';
import { summarize, type Summary } from '../report/summary.ts';
import { ResultsFolder, type SavedPlan } from './folder.ts';
import { planRuns } from './plan-runs.ts';
import { doRuns } from './pool.ts';
import { progressOn, type Screen } from './progress.ts';
import { reportProgram } from './report-program.ts';
import type { RedisAddress } from './redis/address.ts';
import { redisParts } from './redis/index.ts';

/** What to compare and how. */
export interface Comparison {
  readonly experiment: string;
  readonly question: string;
  readonly budget: string;
  /** As the user wrote it, to be repeated. */
  readonly command: string;
  readonly grid: Grid;
  /** The user's own file. */
  readonly data?: string;
  readonly out: string;
  /** Worker threads; 0 trains on this thread. */
  readonly workers?: number;
  /** A Redis whose workers do the runs, instead of threads here. */
  readonly redis?: RedisAddress;
}

/** How a comparison ended. */
export interface Compared {
  readonly summary?: Summary;
  readonly report?: string;
  readonly interrupted: boolean;
  readonly finished: number;
  readonly total: number;
}

/**
 * Does the runs that are not yet on the disk, then writes `summary.json` and `report.html`.
 *
 * @throws LabError or ClippingError before anything is trained, for whatever is wrong with the request
 */
export async function compare(comparison: Comparison, screen: Screen, signal: AbortSignal): Promise<Compared> {
  const { out, data } = comparison;
  const runs = await planRuns(comparison.grid, builtIn, data);
  const folder = new ResultsFolder(out);
  folder.open();
  const left = runs.filter(({ id }) => !folder.has(id));
  runs.filter(({ id }) => folder.has(id)).forEach(({ id }) => folder.read(id));
  const kept = runs.length - left.length;
  if (kept > 0) screen.write(`${kept} of ${runs.length} runs are in ${out} already and are not done again.\n`);

  const { experiment, question, budget, command } = comparison;
  const saved: SavedPlan = { experiment, question, budget, command, runs: runs.map(({ id }) => id) };
  folder.save('plan.json', `${JSON.stringify(saved, undefined, 2)}\n`);

  if (left.length > 0) {
    const { redis } = comparison;
    const workers = comparison.workers ?? availableParallelism();
    const jobs = left.toSorted(longestFirst).map((run) => ({ ...run, out, ...(data === undefined ? {} : { data }) }));
    const threads = workers === 0 ? 'this thread' : counted(Math.min(workers, left.length), 'worker');
    screen.write(`${left.length} runs on ${redis === undefined ? threads : `the workers at ${redis.shown}`}.\n`);
    const progress = progressOn(screen, jobs, workers);
    try {
      if (redis === undefined) await doRuns(jobs, workers, progress, signal);
      else await (await redisParts()).doRunsOnRedis(jobs, redis, progress, screen, signal);
    } finally {
      progress.stop();
    }
  }
  const finished = runs.filter(({ id }) => folder.has(id)).length;
  const counts = { finished, total: runs.length, interrupted: finished < runs.length };
  return counts.interrupted ? counts : { ...counts, ...publish(folder, saved) };
}

/** Writes summary and report of the runs of a plan that are finished. */
export function publish(folder: ResultsFolder, plan: SavedPlan): { summary: Summary; report: string } {
  const runs = plan.runs.filter((id) => folder.has(id)).map((id) => folder.read(id));
  const summary = summarize(plan.experiment, runs);
  folder.save('summary.json', `${JSON.stringify(summary, undefined, 2)}\n`);
  const report = folder.save('report.html', reportPage({ ...plan, total: plan.runs.length }, runs, reportProgram()));
  return { summary, report };
}

const GATED = ['lstm', 'gru'];

/** Gated cells take several times as long as a plain one; begun last, they would leave the other workers idle. */
function longestFirst(a: PlannedRun, b: PlannedRun): number {
  const weight = ({ config }: PlannedRun): number => config.steps * (GATED.includes(config.cell) ? 3 : 1);
  return weight(b) - weight(a);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
