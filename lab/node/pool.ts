import { MessageChannel } from 'node:worker_threads';
import { Tinypool } from 'tinypool';
import type { EndRecord } from '../record.ts';
import type { Job } from './execute.ts';
import type { WorkerJob } from './worker.ts';

/** Who is told how the runs get on. */
export interface RunWatcher {
  /** So many steps of a run are done. */
  onSteps(job: Job, done: number): void;
  /** A run has ended and its records are on the disk. */
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
  for (const job of jobs) {
    if (signal.aborted) return;
    watcher.onEnd(job, await execute(job, (done) => watcher.onSteps(job, done)));
  }
}

async function onThreads(
  jobs: readonly Job[],
  workers: number,
  watcher: RunWatcher,
  signal: AbortSignal,
): Promise<void> {
  const threads = Math.min(workers, jobs.length);
  const pool = new Tinypool({
    filename: new URL('./worker.js', import.meta.url).href,
    runtime: 'worker_threads',
    minThreads: threads,
    maxThreads: threads,
    isolateWorkers: false,
  });
  signal.addEventListener('abort', () => void pool.destroy(), { once: true });
  try {
    await Promise.all(
      jobs.map(async (job) => {
        const { port1, port2 } = new MessageChannel();
        port1.on('message', (done: number) => watcher.onSteps(job, done));
        try {
          const work: WorkerJob = { ...job, progress: port2 };
          watcher.onEnd(job, (await pool.run(work, { transferList: [port2] })) as EndRecord);
        } finally {
          port1.close();
        }
      }),
    );
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await pool.destroy();
  }
}
