import { MessageChannel } from 'node:worker_threads';
import { Tinypool } from 'tinypool';
import type { EndRecord } from '../record.ts';
import type { Job } from './execute.ts';
import type { WorkerJob } from './worker.ts';

/** So many worker threads, each of which does one run at a time. */
export class Threads {
  readonly #pool: Tinypool;

  constructor(count: number) {
    this.#pool = new Tinypool({
      filename: new URL('./worker.js', import.meta.url).href,
      runtime: 'worker_threads',
      minThreads: count,
      maxThreads: count,
      isolateWorkers: false,
    });
  }

  /** Does a run once a thread is free; like `execute` otherwise. */
  async run(job: Job, onSteps: (done: number) => void): Promise<EndRecord | undefined> {
    const { port1, port2 } = new MessageChannel();
    port1.on('message', onSteps);
    try {
      const work: WorkerJob = { ...job, progress: port2 };
      return (await this.#pool.run(work, { transferList: [port2] })) as EndRecord | undefined;
    } finally {
      port1.close();
    }
  }

  /** Ends the threads; runs under way are broken off and reject. */
  async stop(): Promise<void> {
    await this.#pool.destroy();
  }
}
