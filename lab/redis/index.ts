import { LabError } from '../errors.ts';
import type { Executor } from '../node/compare.ts';
import type { Screen } from '../node/progress.ts';
import type { RedisAddress } from './address.ts';
import type { WorkerOptions } from './run-worker.ts';

/** Creates an executor that queues runs in Redis. */
export function redisExecutor(address: RedisAddress): Executor {
  return {
    place: `the workers of ${address.displayUrl}`,
    async execute(jobs, progress, signal) {
      const { executeOnRedis } = await withOptionalPackages(() => import('./execute-on-redis.ts'));
      await executeOnRedis(jobs, address, progress, signal);
    },
  };
}

/** Executes runs from Redis, like `runWorker`. */
export async function startWorker(
  address: RedisAddress,
  options: WorkerOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const { runWorker } = await withOptionalPackages(() => import('./run-worker.ts'));
  await runWorker(address, options, screen, signal);
}

async function withOptionalPackages<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new LabError('Redis needs two optional packages: npm install bullmq ioredis');
  }
}
