import type { MessagePort } from 'node:worker_threads';
import { executeRun, type Job, type RunResult } from './execute-run.ts';

/** The message from the pool to a worker thread: a run, and the port for its progress. */
export interface WorkerJob extends Job {
  readonly progress: MessagePort;
}

const REPORT_INTERVAL_MS = 200;

/** The function that the pool calls in a worker thread. */
export default async function ({ progress, ...job }: WorkerJob): Promise<RunResult | undefined> {
  let lastReport = 0;
  try {
    return await executeRun(job, (done) => {
      if (performance.now() - lastReport < REPORT_INTERVAL_MS) return;
      lastReport = performance.now();
      progress.postMessage(done);
    });
  } finally {
    progress.close();
  }
}
