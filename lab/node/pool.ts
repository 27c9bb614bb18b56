import type { EndRecord } from '../record.ts';
import type { Job } from './execute.ts';
import { Threads } from './threads.ts';

/** Who is told how the runs get on. */
export interface RunWatcher {
  /** So many steps of a run are done. */
  onSteps(job: Job, done: number): void;
  /** A run has ended and its records are on the disk, put there by this program or by another. */
  onEnd(job: Job, end: EndRecord): void;
}

/**
 * Does the runs on worker threads, or with `workers` 0 on this one.
 *
 * @returns once all are done or `signal` has fired; runs under way are then broken off
 * @throws what the first failing run threw
 */
export async function doRuns(
  jobs: readonly Job[],
  workers: number,
  watcher: RunWatcher,
  signal: AbortSignal,
): Promise<void> {
  if (workers === 0) await onThisThread(jobs, watcher, signal);
  else await onThreads(jobs, workers, watcher, signal);
}

async function onThisThread(jobs: readonly Job[], watcher: RunWatcher, signal: AbortSignal): Promise<void> {
  const { execute } = await import('./execute.ts');
  const left: Job[] = [];
  const doOne = async (job: Job): Promise<void> => {
    if (signal.aborted) return;
    const end = await execute(job, (done) => watcher.onSteps(job, done));
    if (end === undefined) left.push(job);
    else watcher.onEnd(job, end);
  };
  for (const job of jobs) await doOne({ ...job, yielding: true });
  for (const job of left) await doOne({ ...job, yielding: false });
}

async function onThreads(
  jobs: readonly Job[],
  workers: number,
  watcher: RunWatcher,
  signal: AbortSignal,
): Promise<void> {
  const threads = new Threads(Math.min(workers, jobs.length));
  signal.addEventListener('abort', () => void threads.stop(), { once: true });
  const doAll = (some: readonly Job[], yielding: boolean): Promise<Job[]> =>
    Promise.all(
      some.map(async (job) => {
        const end = await threads.run({ ...job, yielding }, (done) => watcher.onSteps(job, done));
        if (end === undefined) return [job];
        watcher.onEnd(job, end);
        return [];
      }),
    ).then((left) => left.flat());
  try {
    await doAll(await doAll(jobs, true), false);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await threads.stop();
  }
}
