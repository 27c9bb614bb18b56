import { MessageChannel } from 'node:worker_threads';
import { Tinypool } from 'tinypool';
import type { Job, RunResult } from './execute-run.ts';
import { ResultsFolder } from './results-folder.ts';
import type { WorkerJob } from './worker.ts';

/** A fixed number of worker threads, each of which executes one run at a time. */
export class WorkerPool {
  readonly #pool: Tinypool;

  constructor(threads: number) {
    this.#pool = new Tinypool({
      filename: new URL('./worker.js', import.meta.url).href,
      runtime: 'worker_threads',
      minThreads: threads,
      maxThreads: threads,
      isolateWorkers: false,
    });
  }

  /** Executes a run as soon as a thread is free; otherwise like `executeRun`. */
  async run(job: Job, onSteps: (done: number) => void): Promise<RunResult | undefined> {
    const { port1, port2 } = new MessageChannel();
    port1.on('message', onSteps);
    try {
      const work: WorkerJob = { ...job, progress: port2 };
      return (await this.#pool.run(work, { transferList: [port2] })) as RunResult | undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
      const reason = 'its thread ran out of memory.';
      new ResultsFolder(job.out).writeFailure({ id: job.id, config: job.config, reason });
      return { type: 'failed', reason };
    } finally {
      port1.close();
    }
  }

  /** Stops the threads; runs in progress are interrupted and reject. */
  async stop(): Promise<void> {
    await this.#pool.destroy();
  }
}
