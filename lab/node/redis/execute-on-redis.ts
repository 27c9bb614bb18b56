import { Queue, QueueEvents } from 'bullmq';
import { findTask } from '../../catalogue/catalogue.ts';
import { readRun } from '../../run/record.ts';
import { loadData } from '../data/load-data.ts';
import type { Job } from '../execute-run.ts';
import type { RunListener } from '../execute-runs.ts';
import type { Screen } from '../progress.ts';
import { ResultsFolder } from '../results-folder.ts';
import type { RedisAddress } from './address.ts';
import { queueConnection, queueName, RecordStore, RETENTION_SECONDS, toJobId, type RunJob } from './store.ts';

/** How often the job states are polled, in case an event was lost. */
const POLL_INTERVAL_MS = 5000;

/**
 * Queues runs in Redis and saves their records as workers finish them.
 *
 * A run that is already queued is not queued again. A run that finished within the last week, for anybody, is only
 * collected. Resolves when all runs are collected, or when `signal` aborts, which does not stop the workers.
 *
 * @throws LabError if Redis cannot be used; an Error with the message of a run that failed
 */
export async function executeOnRedis(
  jobs: readonly Job[],
  address: RedisAddress,
  listener: RunListener,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const store = await RecordStore.open(address);
  const connection = queueConnection(address);
  const queue = new Queue<RunJob>(queueName(), { connection });
  const events = new QueueEvents(queueName(), { connection });
  // The client reconnects by itself, and polling finds what was missed.
  queue.on('error', () => undefined);
  events.on('error', () => undefined);
  try {
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
    if ((await queue.getWorkersCount()) === 0) {
      screen.write(
        `No worker is connected. Start one on any machine:\n  gradclip-lab worker --redis ${address.displayUrl}\n`,
      );
    }
    await new RunCollector(jobs, store, queue, events, listener).collectAll(signal);
  } finally {
    await Promise.allSettled([queue.close(), events.close()]);
    store.close();
  }
}

/** Queues runs and collects their records. */
class RunCollector {
  /** The runs that are not collected yet, by job id. */
  readonly #pending: Map<string, Job>;
  readonly #store: RecordStore;
  readonly #queue: Queue<RunJob>;
  readonly #events: QueueEvents;
  readonly #listener: RunListener;

  constructor(
    jobs: readonly Job[],
    store: RecordStore,
    queue: Queue<RunJob>,
    events: QueueEvents,
    listener: RunListener,
  ) {
    this.#pending = new Map(jobs.map((job) => [toJobId(job.id), job]));
    this.#store = store;
    this.#queue = queue;
    this.#events = events;
    this.#listener = listener;
  }

  async collectAll(signal: AbortSignal): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const track = (work: Promise<void>): void => {
          work.then(() => this.#pending.size === 0 && resolve(), reject);
        };
        signal.addEventListener('abort', () => resolve(), { once: true });
        this.#events.on('progress', ({ jobId, data }) => this.#reportProgress(jobId, data));
        this.#events.on('completed', ({ jobId }) => track(this.#collect(jobId)));
        this.#events.on('failed', ({ jobId, failedReason }) => track(this.#fail(jobId, failedReason)));
        track(this.#submit().then(() => this.#poll()));
        timer = setInterval(() => track(this.#poll()), POLL_INTERVAL_MS);
      });
    } finally {
      clearInterval(timer);
    }
  }

  async #submit(): Promise<void> {
    const digests = await this.#uploadData();
    for (const [jobId, job] of [...this.#pending]) {
      const state = await this.#queue.getJobState(jobId);
      const recordsExpired = state === 'completed' && !(await this.#store.hasRecords(job.id));
      if (state === 'failed' || recordsExpired) await this.#queue.remove(jobId);
      const data = digests.get(job.config.task);
      await this.#add(jobId, { config: job.config, ...(data === undefined ? {} : { data }) });
    }
  }

  async #add(jobId: string, job: RunJob): Promise<void> {
    const age = { age: RETENTION_SECONDS };
    await this.#queue.add('run', job, { jobId, removeOnComplete: age, removeOnFail: age });
  }

  /** Stores the user's data, once per task, and returns its digests by task. */
  async #uploadData(): Promise<Map<string, string>> {
    const digests = new Map<string, string>();
    for (const { config, data } of this.#pending.values()) {
      if (data === undefined || digests.has(config.task)) continue;
      const { id, text } = await loadData(findTask(config.task), data);
      const digest = id.slice(id.lastIndexOf(':') + 1);
      await this.#store.putData(digest, text);
      digests.set(config.task, digest);
    }
    return digests;
  }

  async #poll(): Promise<void> {
    for (const jobId of [...this.#pending.keys()]) {
      const state = await this.#queue.getJobState(jobId);
      if (state === 'completed') await this.#collect(jobId);
      if (state === 'failed') await this.#fail(jobId, (await this.#queue.getJob(jobId))?.failedReason ?? '');
    }
  }

  #reportProgress(jobId: string, done: unknown): void {
    const job = this.#pending.get(jobId);
    if (job !== undefined && typeof done === 'number') this.#listener.onSteps(job, done);
  }

  async #collect(jobId: string): Promise<void> {
    const job = this.#pending.get(jobId);
    if (job === undefined) return;
    this.#pending.delete(jobId);
    const text = await this.#store.records(job.id);
    const run = text === undefined ? undefined : readRun(text);
    if (text === undefined || run?.start.id !== job.id) {
      throw new Error(`Redis has no records of run ${job.id}, although the run is finished.`);
    }
    new ResultsFolder(job.out).addRun(job.id, text);
    this.#listener.onEnd(job, run.end);
  }

  #fail(jobId: string, reason: string): Promise<void> {
    const job = this.#pending.get(jobId);
    return job === undefined ? Promise.resolve() : Promise.reject(new Error(`Run ${job.id} failed: ${reason}`));
  }
}
