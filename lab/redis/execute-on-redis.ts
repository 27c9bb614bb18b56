import { Queue, QueueEvents } from 'bullmq';
import { findTask } from '../catalogue/catalogue.ts';
import { CorruptRecord, readRun } from '../run/record.ts';
import { loadData } from '../node/data/load-data.ts';
import type { Job } from '../node/execute-run.ts';
import { currentPlugin } from '../node/plugin.ts';
import type { Progress } from '../node/progress.ts';
import { assertOwnId, ResultsFolder } from '../node/results-folder.ts';
import type { RedisAddress } from './address.ts';
import { createRunJob, toJobId, type RunJob } from './job.ts';
import { queueConnection, queueName, RecordStore, RETENTION_SECONDS } from './store.ts';

/** How often the job states are polled, in case an event was lost. */
const POLL_INTERVAL_MS = 5000;

/**
 * Queues runs in Redis and saves their records as workers finish them.
 *
 * A run that is already queued is not queued again. A run that finished within the last week, for anybody, is only
 * collected. A run that Redis lost in a restart is queued again. Resolves when all runs are collected or have failed,
 * or when `signal` aborts, which does not stop the workers.
 *
 * @throws LabError if Redis cannot be used
 */
export async function executeOnRedis(
  jobs: readonly Job[],
  address: RedisAddress,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const store = await RecordStore.open(address, (isAvailable) =>
    progress.log(`Redis at ${address.displayUrl} is ${isAvailable ? 'back' : 'away. Waiting for it'}.`),
  );
  const plugin = currentPlugin();
  const connection = queueConnection(address);
  const queue = new Queue<RunJob>(queueName(plugin?.digest), { connection });
  const events = new QueueEvents(queueName(plugin?.digest), { connection });
  // The client reconnects by itself, and polling finds what was missed.
  queue.on('error', () => undefined);
  events.on('error', () => undefined);
  try {
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
    const advice = `Start one on any machine:\n  npx gradclip-lab worker --redis ${address.displayUrl}${plugin === undefined ? '' : ' --plugin FILE'}`;
    await new RunCollector(jobs, { store, queue, events }, progress, advice).collectAll(signal);
  } finally {
    const closed = Promise.allSettled([queue.close(), events.close()]);
    // Closing waits for a Redis that is away, and whoever interrupts does not want to wait.
    if (!signal.aborted) await closed;
    store.close();
  }
}

interface Connections {
  readonly store: RecordStore;
  readonly queue: Queue<RunJob>;
  readonly events: QueueEvents;
}

/** Queues runs and collects their records. */
class RunCollector {
  /** The runs that are not collected yet, by job id. */
  readonly #pending: Map<string, Job>;
  readonly #store: RecordStore;
  readonly #queue: Queue<RunJob>;
  readonly #events: QueueEvents;
  readonly #progress: Progress;
  readonly #advice: string;
  #isPolling = false;
  /** The number of workers at each of the last two polls. */
  #workers: readonly [number, number] = [1, 1];

  constructor(jobs: readonly Job[], { store, queue, events }: Connections, progress: Progress, advice: string) {
    this.#pending = new Map(jobs.map((job) => [toJobId(job.id), job]));
    this.#store = store;
    this.#queue = queue;
    this.#events = events;
    this.#progress = progress;
    this.#advice = advice;
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
        track(this.#start());
        timer = setInterval(() => track(this.#poll()), POLL_INTERVAL_MS);
      });
    } finally {
      clearInterval(timer);
    }
  }

  async #start(): Promise<void> {
    if ((await this.#queue.getWorkersCount()) === 0) {
      this.#workers = [0, 0];
      this.#progress.log(`No worker is connected. ${this.#advice}`);
    }
    await this.#submit([...this.#pending.keys()]);
    await this.#poll();
  }

  /** Queues runs, and before that the data that they need. */
  async #submit(jobIds: readonly string[]): Promise<void> {
    const jobs = jobIds.flatMap((jobId) => this.#pending.get(jobId) ?? []);
    const digests = await this.#uploadData(jobs);
    for (const { id, config } of jobs) {
      const jobId = toJobId(id);
      const state = await this.#queue.getJobState(jobId);
      const recordsExpired = state === 'completed' && !(await this.#store.hasRecords(id));
      if (state === 'failed' || recordsExpired) await this.#queue.remove(jobId);
      const age = { age: RETENTION_SECONDS };
      const job = createRunJob(config, digests.get(config.task));
      await this.#queue.add('run', job, { jobId, removeOnComplete: age, removeOnFail: age });
    }
  }

  /** Stores the user's data, once per task, and returns its SHA-256 by task. */
  async #uploadData(jobs: readonly Job[]): Promise<Map<string, string>> {
    const digests = new Map<string, string>();
    for (const { config, data } of jobs) {
      if (data === undefined || digests.has(config.task)) continue;
      const { id, text } = await loadData(findTask(config.task), data);
      const digest = id.slice(id.lastIndexOf(':') + 1);
      await this.#store.putData(digest, text);
      digests.set(config.task, digest);
    }
    return digests;
  }

  async #poll(): Promise<void> {
    // A request waits while Redis is away, so a poll may outlast the interval.
    if (this.#isPolling) return;
    this.#isPolling = true;
    try {
      const lost: string[] = [];
      for (const jobId of [...this.#pending.keys()]) {
        const state = await this.#queue.getJobState(jobId);
        if (state === 'failed') await this.#fail(jobId, (await this.#queue.getJob(jobId))?.failedReason ?? '');
        if (state !== 'completed' && state !== 'unknown') continue;
        await this.#collect(jobId);
        if (this.#pending.has(jobId)) lost.push(jobId);
      }
      if (lost.length > 0) {
        this.#progress.log(`Redis has lost ${lost.length} of the runs. Queueing them again.`);
        await this.#submit(lost);
      }
      await this.#watchWorkers();
    } finally {
      this.#isPolling = false;
    }
  }

  /** Tells when the last worker has left. One poll without a worker may be a restart of Redis. */
  async #watchWorkers(): Promise<void> {
    const [earlier, last] = this.#workers;
    const now = await this.#queue.getWorkersCount();
    if (earlier > 0 && last === 0 && now === 0 && this.#pending.size > 0) {
      this.#progress.log(
        `The last worker has left and ${this.#pending.size} of the runs are not finished. ${this.#advice}`,
      );
    }
    this.#workers = [last, now];
  }

  #reportProgress(jobId: string, done: unknown): void {
    const job = this.#pending.get(jobId);
    if (job !== undefined && typeof done === 'number') this.#progress.onSteps(job, done);
  }

  async #collect(jobId: string): Promise<void> {
    const job = this.#pending.get(jobId);
    if (job === undefined) return;
    const text = await this.#store.records(job.id);
    // Records may have expired or been lost in a restart of Redis; polling queues such a run again.
    if (text === undefined || !this.#pending.has(jobId)) return;
    this.#pending.delete(jobId);
    try {
      const run = readRun(text);
      if (run === undefined) throw new CorruptRecord('the last line: the end of the run is missing');
      assertOwnId(run, job.id);
      new ResultsFolder(job.out).addRun(job.id, text);
      this.#progress.onEnd(job, run.end);
    } catch (error) {
      if (!(error instanceof CorruptRecord)) throw error;
      this.#file(job, `Its records in Redis are wrong: ${error.message}.`);
    }
  }

  #fail(jobId: string, reason: string): Promise<void> {
    const job = this.#pending.get(jobId);
    this.#pending.delete(jobId);
    if (job !== undefined) this.#file(job, reason);
    return Promise.resolve();
  }

  #file(job: Job, reason: string): void {
    new ResultsFolder(job.out).writeFailure({ id: job.id, config: job.config, reason });
    this.#progress.onFailure(job, reason);
  }
}
