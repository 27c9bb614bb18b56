import { gunzipSync, gzipSync } from 'node:zlib';
import type { ConnectionOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { LabError } from '../../errors.ts';
import { RECORD_VERSION } from '../../run/record.ts';
import type { RunConfig } from '../../run/run-config.ts';
import { currentEnvironment } from '../environment.ts';
import { redisErrorText, type RedisAddress } from './address.ts';

/** The data of a queued job, whose id is `toJobId` of the run's id. */
export interface RunJob {
  readonly config: RunConfig;
  /** The digest of the user's data in the store. */
  readonly data?: string;
}

/** How long Redis keeps finished runs and data, in seconds. */
export const RETENTION_SECONDS = 7 * 24 * 3600;

/** The name of the queue, which contains the version, because other versions may compute other numbers. */
export function queueName(): string {
  return `gradclip-lab-${currentEnvironment().gradclip}-records-${RECORD_VERSION}`;
}

/** The job id of a run. The prefix keeps it from being a number, which the queue does not accept. */
export const toJobId = (runId: string): string => `run-${runId}`;

/** The run id of a job. */
export const toRunId = (jobId: string): string => jobId.slice('run-'.length);

/** The queue's connection options: it waits for an unavailable Redis and never drops a request. */
export function queueConnection({ displayUrl: _, ...options }: RedisAddress): ConnectionOptions {
  return { ...options, maxRetriesPerRequest: null };
}

/** Stores records and data in Redis, next to the queue. */
export class RecordStore {
  readonly #redis: Redis;

  private constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** @throws LabError if there is no Redis at the address or it rejects the credentials */
  static async open(address: RedisAddress): Promise<RecordStore> {
    const { displayUrl, ...options } = address;
    let lastError: unknown;
    let isConnected = false;
    const redis = new Redis({
      ...options,
      lazyConnect: true,
      maxRetriesPerRequest: null,
      // The first connection must succeed; later ones are retried.
      retryStrategy: (times) => (isConnected ? Math.min(times * 200, 5000) : null),
    });
    redis.on('error', (error) => (lastError = error));
    try {
      await redis.connect();
      await redis.ping();
    } catch (error) {
      redis.disconnect();
      throw new LabError(`Cannot use Redis at ${displayUrl}: ${redisErrorText(lastError ?? error, address)}`);
    }
    isConnected = true;
    return new RecordStore(redis);
  }

  /** Stores the records of a run. */
  async putRecords(id: string, text: string): Promise<void> {
    await this.#redis.set(recordsKey(id), gzipSync(text), 'EX', RETENTION_SECONDS);
  }

  /** The records of a run, if it has any. */
  async records(id: string): Promise<string | undefined> {
    return this.#text(recordsKey(id));
  }

  /** Whether the run has records. */
  async hasRecords(id: string): Promise<boolean> {
    return (await this.#redis.exists(recordsKey(id))) === 1;
  }

  /** Stores data under its digest. */
  async putData(digest: string, text: string): Promise<void> {
    await this.#redis.set(dataKey(digest), gzipSync(text), 'EX', RETENTION_SECONDS);
  }

  /** The data with a digest, if it exists. */
  async data(digest: string): Promise<string | undefined> {
    return this.#text(dataKey(digest));
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #text(key: string): Promise<string | undefined> {
    const stored = await this.#redis.getBuffer(key);
    return stored === null ? undefined : gunzipSync(stored).toString('utf8');
  }
}

const recordsKey = (id: string): string => `gradclip-lab:records:${id}`;
const dataKey = (digest: string): string => `gradclip-lab:data:${digest}`;
