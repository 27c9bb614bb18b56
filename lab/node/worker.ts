import type { MessagePort } from 'node:worker_threads';
import type { EndRecord } from '../record.ts';
import { execute, type Job } from './execute.ts';

/** What the pool hands a worker thread: a run, and where to tell how far it is. */
export interface WorkerJob extends Job {
  readonly progress: MessagePort;
}

const EVERY_MS = 200;

/** The worker thread's task. */
export default async function ({ progress, ...job }: WorkerJob): Promise<EndRecord | undefined> {
  let told = 0;
  try {
    return await execute(job, (done) => {
      if (performance.now() - told < EVERY_MS) return;
      told = performance.now();
      progress.postMessage(done);
    });
  } finally {
    progress.close();
  }
}
