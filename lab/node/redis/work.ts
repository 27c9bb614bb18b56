import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { WaitingError, Worker, type Job as QueuedJob } from 'bullmq';
import { outcomeOf } from '../../report/outcome.ts';
import { runId } from '../../run-config.ts';
import type { Screen } from '../progress.ts';
import { Threads } from '../threads.ts';
import { saidBy, type RedisAddress } from './address.ts';
import { connectionTo, queueName, RecordStore, runIdOf, type RunJob } from './store.ts';

/** How a worker works. */
export interface WorkerOptions {
  /** How many runs it does at a time, each on a thread of its own. */
  readonly threads: number;
  /** A worker that is silent for so long is taken for dead, and its run given to another. */
  readonly leaseSeconds: number;
  /** End once no run is waiting, instead of waiting for more. */
  readonly untilEmpty: boolean;
}

/** So often may a run be taken from a worker that died; a run that kills its workers is then called failed. */
const DEATHS = 3;

/**
 * Takes runs from a Redis and does them, until `signal` fires; runs under way then go back to the queue.
 *
 * @throws LabError where the Redis cannot be used
 */
export async function work(
  address: RedisAddress,
  { threads, leaseSeconds, untilEmpty }: WorkerOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const store = await RecordStore.open(address);
  const out = mkdtempSync(join(tmpdir(), 'gradclip-worker-'));
  mkdirSync(join(out, 'runs'));
  const pool = new Threads(threads);

  const process = async (job: QueuedJob<RunJob>, token?: string): Promise<string> => {
    const { config } = job.data;
    const id = runIdOf(job.id ?? '');
    if ((await runId(config)) !== id) throw new Error('its id is not that of its configuration.');
    const own = job.data.data === undefined ? {} : { text: await dataFile(job.data.data, store, out) };
    try {
      const end = await pool.run({ id, config, out, ...own }, (done) => {
        // Lost progress is no loss.
        job.updateProgress(done).catch(() => undefined);
      });
      if (end === undefined) throw new Error('it did not end.');
      const file = join(out, 'runs', `${id}.jsonl`);
      await store.putRecords(id, readFileSync(file, 'utf8'));
      rmSync(file);
      const { cell, strategy, learningRate, seed } = config;
      screen.write(`${id} ${cell} ${strategy.id} rate ${learningRate} seed ${seed}: ${outcomeOf(end)}\n`);
      return end.outcome;
    } catch (error) {
      if (!signal.aborted) throw error;
      await job.moveToWait(token);
      throw new WaitingError();
    }
  };

  const lockDuration = leaseSeconds * 1000;
  const worker = new Worker<RunJob, string>(queueName(), process, {
    connection: connectionTo(address),
    name: hostname(),
    concurrency: threads,
    lockDuration,
    stalledInterval: lockDuration / 2,
    maxStalledCount: DEATHS,
  });
  let told = '';
  worker.on('error', (error) => {
    const said = saidBy(error, address);
    if (said !== told) screen.write(`Redis: ${said}. Trying again.\n`);
    told = said;
  });
  worker.on('failed', (job, error) => screen.write(`${job?.id ?? 'A run'} failed: ${error.message}\n`));
  screen.write(`Taking runs from ${address.shown}, ${threads} at a time. Ctrl-C hands back what is not finished.\n`);
  try {
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
      if (untilEmpty) worker.on('drained', () => resolve());
    });
    if (signal.aborted) await pool.stop();
    await worker.close();
  } finally {
    await pool.stop();
    store.close();
    rmSync(out, { recursive: true, force: true });
  }
}

/** A file with the data of a digest, fetched once. */
async function dataFile(digest: string, store: RecordStore, folder: string): Promise<string> {
  const path = join(folder, `${digest}.data`);
  if (!existsSync(path)) {
    const text = await store.data(digest);
    if (text === undefined) throw new Error('its data is no longer in Redis; submit it again.');
    writeFileSync(path, text);
  }
  return path;
}
