import type { EndRecord } from '../run/record.ts';
import type { Job, RunResult } from './execute-run.ts';
import { WorkerPool } from './worker-pool.ts';

/** Receives the progress of runs. */
export interface RunListener {
  /** A run has completed `done` steps. */
  onSteps(job: Job, done: number): void;
  /** A run has ended and its records are on disk, written by this program or by another. */
  onEnd(job: Job, end: EndRecord): void;
  /** A run has thrown an error, and the reason is on disk. */
  onFailure(job: Job, reason: string): void;
}

/** Passes the result of a run to a listener. */
export function reportResult(listener: RunListener, job: Job, result: RunResult): void {
  if (result.type === 'failed') listener.onFailure(job, result.reason);
  else listener.onEnd(job, result);
}

/**
 * Executes runs on worker threads, or on the main thread if `workers` is 0.
 *
 * Resolves when all runs are finished, or when `signal` aborts, which interrupts the runs in progress.
 * A run that fails does not stop the others. Runs that another program is executing in the same folder come last:
 * they are usually finished by then.
 *
 * @throws an Error if a record cannot be written
 */
export async function executeRuns(
  jobs: readonly Job[],
  workers: number,
  listener: RunListener,
  signal: AbortSignal,
): Promise<void> {
  if (workers === 0) await executeOnThisThread(jobs, listener, signal);
  else await executeOnThreads(jobs, workers, listener, signal);
}

async function executeOnThisThread(jobs: readonly Job[], listener: RunListener, signal: AbortSignal): Promise<void> {
  const { executeRun } = await import('./execute-run.ts');
  const postponed: Job[] = [];
  const executeOne = async (job: Job, skipIfRunning: boolean): Promise<void> => {
    if (signal.aborted) return;
    const result = await executeRun({ ...job, skipIfRunning }, (done) => listener.onSteps(job, done), signal);
    if (result === undefined) postponed.push(job);
    else reportResult(listener, job, result);
  };
  for (const job of jobs) await executeOne(job, true);
  for (const job of [...postponed]) await executeOne(job, false);
}

async function executeOnThreads(
  jobs: readonly Job[],
  workers: number,
  listener: RunListener,
  signal: AbortSignal,
): Promise<void> {
  const pool = new WorkerPool(Math.min(workers, jobs.length));
  signal.addEventListener('abort', () => void pool.stop(), { once: true });
  /** Executes the jobs and returns those that were postponed. */
  const executeAll = async (some: readonly Job[], skipIfRunning: boolean): Promise<Job[]> => {
    const postponed = some.map(async (job) => {
      const result = await pool.run({ ...job, skipIfRunning }, (done) => listener.onSteps(job, done));
      if (result === undefined) return [job];
      reportResult(listener, job, result);
      return [];
    });
    return (await Promise.all(postponed)).flat();
  };
  try {
    await executeAll(await executeAll(jobs, true), false);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await pool.stop();
  }
}
