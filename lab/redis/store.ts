import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { ConnectionOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { LabError } from '../errors.ts';
import { currentEnvironment } from '../node/environment.ts';
import { RECORD_VERSION } from '../run/record.ts';
import { redisErrorText, type RedisAddress } from './address.ts';

/** How long Redis keeps finished runs and data, in seconds. */
export const RETENTION_SECONDS = 7 * 24 * 3600;

/** The largest data or records that are accepted, in bytes: a small compressed value must not fill the memory. */
const MAX_BYTES = 512 * 2 ** 20;

/** The name of the queue. It contains the version and a digest of the code, because other code may compute other numbers. */
export function queueName(plugin?: string): string {
  const { gradclip, code = 'unknown' } = currentEnvironment();
  const names = ['gradclip-lab', gradclip, 'records', RECORD_VERSION, code, ...(plugin ? [plugin.slice(0, 16)] : [])];
  return names.join('-');
}

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

  /**
   * Connects to Redis.
   *
   * @param onAvailability called when the connection is lost (false) and when it is restored (true)
   * @throws LabError if there is no Redis at the address or it rejects the credentials
   */
  static async open(address: RedisAddress, onAvailability: (isAvailable: boolean) => void): Promise<RecordStore> {
    const { displayUrl, ...options } = address;
    let lastError: unknown;
    let isConnected = false;
    const redis = new Redis({
      ...options,
      lazyConnect: true,
      maxRetriesPerRequest: null,
      // The first connection must succeed; later ones are retried.
      retryStrategy: (times) => (isConnected ? Math.min(times * 200, 2000) : null),
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
    let isAvailable = true;
    const announce = (now: boolean): void => {
      if (now !== isAvailable) onAvailability(now);
      isAvailable = now;
    };
    redis.on('reconnecting', () => announce(false));
    redis.on('ready', () => announce(true));
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

  /** Stores data under its SHA-256. */
  async putData(digest: string, text: string): Promise<void> {
    await this.#redis.set(dataKey(digest), gzipSync(text), 'EX', RETENTION_SECONDS);
  }

  /** The data with a SHA-256; throws an Error if it is missing or different. */
  async data(digest: string): Promise<string> {
    const text = await this.#text(dataKey(digest));
    if (text === undefined) throw new Error('Its data has expired in Redis. Start the comparison again.');
    if (createHash('sha256').update(text).digest('hex') !== digest) {
      throw new Error('Its data in Redis does not match its SHA-256.');
    }
    return text;
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #text(key: string): Promise<string | undefined> {
    const stored = await this.#redis.getBuffer(key);
    return stored === null ? undefined : gunzipSync(stored, { maxOutputLength: MAX_BYTES }).toString('utf8');
  }
}

const recordsKey = (id: string): string => `gradclip-lab:records:${id}`;
const dataKey = (digest: string): string => `gradclip-lab:data:${digest}`;
