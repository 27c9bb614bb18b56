import { Queue, QueueEvents } from 'bullmq';
import { taskOf } from '../../catalogue.ts';
import { readRun } from '../../record.ts';
import { dataOf } from '../data.ts';
import type { Job } from '../execute.ts';
import { ResultsFolder } from '../folder.ts';
import type { RunWatcher } from '../pool.ts';
import type { Screen } from '../progress.ts';
import type { RedisAddress } from './address.ts';
import { connectionTo, jobIdOf, KEPT_S, queueName, RecordStore, type RunJob } from './store.ts';

/** How often the state of the jobs is asked for, in case a message of their ends was lost. */
const LOOK_EVERY_MS = 5000;

/**
 * Submits runs to a Redis, and files their records as workers finish them.
 *
 * A run that is in the queue already is not submitted again, and one that was finished for anybody within a week is
 * only collected.
 *
 * @returns once all are collected or `signal` has fired; the workers then go on
 * @throws LabError where the Redis cannot be used; an Error with what a failing run threw
 */
export async function doRunsOnRedis(
  jobs: readonly Job[],
  address: RedisAddress,
  watcher: RunWatcher,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const store = await RecordStore.open(address);
  const connection = connectionTo(address);
  const queue = new Queue<RunJob>(queueName(), { connection });
  const events = new QueueEvents(queueName(), { connection });
  // Lost connections are made again by the client; the look below notices what was missed.
  queue.on('error', () => undefined);
  events.on('error', () => undefined);
  try {
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
    if ((await queue.getWorkersCount()) === 0) {
      screen.write(`No worker is there yet. Start one, on any machine: gradclip-lab worker --redis ${address.shown}\n`);
    }
    await new Collection(jobs, store, queue, events, watcher).whole(signal);
  } finally {
    await Promise.allSettled([queue.close(), events.close()]);
    store.close();
  }
}

/** The runs that are not here yet. */
class Collection {
  readonly #left: Map<string, Job>;
  readonly #store: RecordStore;
  readonly #queue: Queue<RunJob>;
  readonly #events: QueueEvents;
  readonly #watcher: RunWatcher;

  constructor(
    jobs: readonly Job[],
    store: RecordStore,
    queue: Queue<RunJob>,
    events: QueueEvents,
    watcher: RunWatcher,
  ) {
    this.#left = new Map(jobs.map((job) => [jobIdOf(job.id), job]));
    this.#store = store;
    this.#queue = queue;
    this.#events = events;
    this.#watcher = watcher;
  }

  async whole(signal: AbortSignal): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const settle = (work: Promise<void>): void => {
          work.then(() => this.#left.size === 0 && resolve(), reject);
        };
        signal.addEventListener('abort', () => resolve(), { once: true });
        this.#events.on('progress', ({ jobId, data }) => this.#progressed(jobId, data));
        this.#events.on('completed', ({ jobId }) => settle(this.#collect(jobId)));
        this.#events.on('failed', ({ jobId, failedReason }) => settle(this.#fail(jobId, failedReason)));
        settle(this.#submit().then(() => this.#look()));
        timer = setInterval(() => settle(this.#look()), LOOK_EVERY_MS);
      });
    } finally {
      clearInterval(timer);
    }
  }

  async #submit(): Promise<void> {
    const digests = await this.#uploaded();
    for (const [jobId, job] of [...this.#left]) {
      const state = await this.#queue.getJobState(jobId);
      const lost = state === 'completed' && !(await this.#store.hasRecords(job.id));
      if (state === 'failed' || lost) await this.#queue.remove(jobId);
      const data = digests.get(job.config.task);
      await this.#add(jobId, { config: job.config, ...(data === undefined ? {} : { data }) });
    }
  }

  async #add(jobId: string, job: RunJob): Promise<void> {
    const age = { age: KEPT_S };
    await this.#queue.add('run', job, { jobId, removeOnComplete: age, removeOnFail: age });
  }

  /** The user's own data, stored once; its digest by the task that reads it. */
  async #uploaded(): Promise<Map<string, string>> {
    const digests = new Map<string, string>();
    for (const { config, data } of this.#left.values()) {
      if (data === undefined || digests.has(config.task)) continue;
      const { id, text } = await dataOf(taskOf(config.task), data);
      const digest = id.slice(id.lastIndexOf(':') + 1);
      await this.#store.putData(digest, text);
      digests.set(config.task, digest);
    }
    return digests;
  }

  async #look(): Promise<void> {
    for (const jobId of [...this.#left.keys()]) {
      const state = await this.#queue.getJobState(jobId);
      if (state === 'completed') await this.#collect(jobId);
      if (state === 'failed') await this.#fail(jobId, (await this.#queue.getJob(jobId))?.failedReason ?? '');
    }
  }

  #progressed(jobId: string, done: unknown): void {
    const job = this.#left.get(jobId);
    if (job !== undefined && typeof done === 'number') this.#watcher.onSteps(job, done);
  }

  async #collect(jobId: string): Promise<void> {
    const job = this.#left.get(jobId);
    if (job === undefined) return;
    this.#left.delete(jobId);
    const text = await this.#store.records(job.id);
    const run = text === undefined ? undefined : readRun(text);
    if (text === undefined || run?.start.id !== job.id) {
      throw new Error(`The records of run ${job.id} are not in Redis, though it is finished there.`);
    }
    new ResultsFolder(job.out).file(job.id, text);
    this.#watcher.onEnd(job, run.end);
  }

  #fail(jobId: string, reason: string): Promise<void> {
    const job = this.#left.get(jobId);
    return job === undefined ? Promise.resolve() : Promise.reject(new Error(`Run ${job.id} failed: ${reason}`));
  }
}
