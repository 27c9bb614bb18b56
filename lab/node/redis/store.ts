import { gunzipSync, gzipSync } from 'node:zlib';
import type { ConnectionOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { LabError } from '../../errors.ts';
import { RECORD_VERSION } from '../../record.ts';
import type { RunConfig } from '../../run-config.ts';
import { environmentHere } from '../environment.ts';
import { saidBy, type RedisAddress } from './address.ts';

/** What a job of the queue holds; its id is `jobId` of the run's. */
export interface RunJob {
  readonly config: RunConfig;
  /** The digest under which the user's own data is stored. */
  readonly data?: string;
}

/** How long finished runs and data stay in Redis, in seconds. */
export const KEPT_S = 7 * 24 * 3600;

/** The queue of a version: other versions may compute other numbers, so their workers take no runs of it. */
export function queueName(): string {
  return `gradclip-lab-${environmentHere().gradclip}-records-${RECORD_VERSION}`;
}

/** The job of a run. A bare id could consist of digits alone, which the queue keeps for itself. */
export const jobIdOf = (runId: string): string => `run-${runId}`;

/** The run of a job. */
export const runIdOf = (jobId: string): string => jobId.slice('run-'.length);

/** How the queue is to connect: it waits for a Redis that is away, and never gives up a request. */
export function connectionTo({ shown: _, ...options }: RedisAddress): ConnectionOptions {
  return { ...options, maxRetriesPerRequest: null };
}

/** Records and data in a Redis, beside the queue. */
export class RecordStore {
  readonly #redis: Redis;

  private constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** @throws LabError where there is no Redis at the address, or it lets nobody in */
  static async open(address: RedisAddress): Promise<RecordStore> {
    const { shown, ...options } = address;
    let last: unknown;
    let reached = false;
    const redis = new Redis({
      ...options,
      lazyConnect: true,
      maxRetriesPerRequest: null,
      // The first connection must succeed; one that breaks later is made again.
      retryStrategy: (times) => (reached ? Math.min(times * 200, 5000) : null),
    });
    redis.on('error', (error) => (last = error));
    try {
      await redis.connect();
      await redis.ping();
    } catch (error) {
      redis.disconnect();
      throw new LabError(`The Redis at ${shown} cannot be used: ${saidBy(last ?? error, address)}`);
    }
    reached = true;
    return new RecordStore(redis);
  }

  /** Stores the records of a run. */
  async putRecords(id: string, text: string): Promise<void> {
    await this.#redis.set(recordsKey(id), gzipSync(text), 'EX', KEPT_S);
  }

  /** The records of a run, if they are there. */
  async records(id: string): Promise<string | undefined> {
    return this.#text(recordsKey(id));
  }

  /** Whether the records of a run are there. */
  async hasRecords(id: string): Promise<boolean> {
    return (await this.#redis.exists(recordsKey(id))) === 1;
  }

  /** Stores data under its digest. */
  async putData(digest: string, text: string): Promise<void> {
    await this.#redis.set(dataKey(digest), gzipSync(text), 'EX', KEPT_S);
  }

  /** The data of a digest, if it is there. */
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
