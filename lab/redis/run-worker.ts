import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { WaitingError, Worker, type Job as QueuedJob } from 'bullmq';
import { formatOutcome } from '../analysis/outcome.ts';
import { currentPlugin } from '../node/plugin.ts';
import type { Screen } from '../node/progress.ts';
import { WorkerPool } from '../node/worker-pool.ts';
import { redisErrorText, type RedisAddress } from './address.ts';
import { parseRunJob, type RunJob } from './job.ts';
import { queueConnection, queueName, RecordStore } from './store.ts';

/** Options of a worker. */
export interface WorkerOptions {
  /** The number of runs at a time, each on its own thread. */
  readonly threads: number;
  /** A worker that sends nothing for this long counts as dead, and another worker receives its run. */
  readonly leaseSeconds: number;
  /** Stops when no run is waiting, instead of waiting for more. */
  readonly untilEmpty: boolean;
}

/** A run fails after this many of its workers died, because it probably crashes them. */
const MAX_LOST_WORKERS = 3;

/**
 * Executes runs from Redis until `signal` aborts, which returns the runs in progress to the queue.
 *
 * @throws LabError if Redis cannot be used
 */
export async function runWorker(
  address: RedisAddress,
  { threads, leaseSeconds, untilEmpty }: WorkerOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const store = await RecordStore.open(address, (isAvailable) =>
    screen.write(`Redis at ${address.displayUrl} is ${isAvailable ? 'back' : 'away. Waiting for it'}.\n`),
  );
  const out = mkdtempSync(join(tmpdir(), 'gradclip-worker-'));
  mkdirSync(join(out, 'runs'));
  const pool = new WorkerPool(threads);
  const worker = createWorker(address, { threads, leaseSeconds }, async (job, token) => {
    try {
      return await executeJob(job, pool, store, out, screen);
    } catch (error) {
      if (!signal.aborted) throw error;
      await job.moveToWait(token);
      throw new WaitingError();
    }
  });
  reportErrors(worker, address, screen);
  screen.write(
    `Waiting for runs from ${address.displayUrl}, ${threads} at a time.\nPress Ctrl-C to stop; unfinished runs return to the queue.\n`,
  );
  try {
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
      if (untilEmpty) worker.on('drained', () => resolve());
    });
    // Closing stops fetching at once. A run that is returned before that would be fetched again by an idle thread.
    const closed = worker.close();
    if (signal.aborted) await pool.stop();
    await closed;
  } finally {
    await pool.stop();
    store.close();
    rmSync(out, { recursive: true, force: true });
  }
}

type RunWorker = Worker<RunJob, string>;

function createWorker(
  address: RedisAddress,
  { threads, leaseSeconds }: Pick<WorkerOptions, 'threads' | 'leaseSeconds'>,
  execute: (job: QueuedJob<RunJob>, token?: string) => Promise<string>,
): RunWorker {
  const lockDuration = leaseSeconds * 1000;
  return new Worker<RunJob, string>(queueName(currentPlugin()?.digest), execute, {
    connection: queueConnection(address),
    name: hostname(),
    concurrency: threads,
    lockDuration,
    stalledInterval: lockDuration / 2,
    maxStalledCount: MAX_LOST_WORKERS,
  });
}

/** Prints the worker's errors, and repeated ones once. */
function reportErrors(worker: RunWorker, address: RedisAddress, screen: Screen): void {
  let lastError = '';
  worker.on('error', (error) => {
    const text = redisErrorText(error, address);
    if (text !== lastError) screen.write(`Redis: ${text}. Retrying.\n`);
    lastError = text;
  });
  worker.on('failed', (job, error) => screen.write(`${job?.id ?? 'A run'} failed: ${error.message}\n`));
}

/** Executes the run of a job, stores its records in Redis and returns its outcome. */
async function executeJob(
  job: QueuedJob<RunJob>,
  pool: WorkerPool,
  store: RecordStore,
  out: string,
  screen: Screen,
): Promise<string> {
  const { id, config, data } = await parseRunJob(job.id, job.data);
  const plugin = currentPlugin();
  const source = data === undefined ? {} : { textFile: await fetchDataFile(data, store, out) };
  const result = await pool.run({ id, config, out, ...source, ...(plugin && { plugin: plugin.path }) }, (done) => {
    // A lost progress message does no harm.
    job.updateProgress(done).catch(() => undefined);
  });
  if (result === undefined) throw new Error('it did not end.');
  if (result.type === 'failed') throw new Error(result.reason);
  const file = join(out, 'runs', `${id}.jsonl`);
  await store.putRecords(id, readFileSync(file, 'utf8'));
  rmSync(file);
  const { cell, strategy, learningRate, seed } = config;
  screen.write(`${id} ${cell} ${strategy.id} rate ${learningRate} seed ${seed}: ${formatOutcome(result)}\n`);
  return result.outcome;
}

/** Fetches data by its SHA-256, once, and returns the path of its file. Nothing is written before it is checked. */
async function fetchDataFile(digest: string, store: RecordStore, folder: string): Promise<string> {
  const path = join(folder, `${digest}.data`);
  if (!existsSync(path)) writeFileSync(path, await store.data(digest));
  return path;
}
