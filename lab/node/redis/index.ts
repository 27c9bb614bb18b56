import { LabError } from '../../errors.ts';
import type { doRunsOnRedis } from './submit.ts';
import type { work } from './work.ts';

/** What needs the optional packages, loaded when it is asked for. */
export async function redisParts(): Promise<{ doRunsOnRedis: typeof doRunsOnRedis; work: typeof work }> {
  try {
    return { ...(await import('./submit.ts')), ...(await import('./work.ts')) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new LabError('Many machines need two more packages: npm install bullmq ioredis');
  }
}
