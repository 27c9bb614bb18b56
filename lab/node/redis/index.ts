import { LabError } from '../../errors.ts';
import type { executeOnRedis } from './execute-on-redis.ts';
import type { runWorker } from './run-worker.ts';

/** Loads the parts that need optional packages. */
export async function loadRedis(): Promise<{
  executeOnRedis: typeof executeOnRedis;
  runWorker: typeof runWorker;
}> {
  try {
    return { ...(await import('./execute-on-redis.ts')), ...(await import('./run-worker.ts')) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new LabError('Redis needs two optional packages: npm install bullmq ioredis');
  }
}
