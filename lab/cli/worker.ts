import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import { parseRedisAddress } from '../redis/address.ts';
import { startWorker } from '../redis/index.ts';
import { createCommand, pluginOption, parsePositiveInteger, type Terminal } from './terminal.ts';

interface Options {
  readonly redis: string | true;
  readonly threads: number;
  readonly lease: number;
  readonly untilEmpty?: true;
}

const EXAMPLES = `
Examples:
  npx gradclip-lab worker --redis redis://queue.local
  REDIS_URL=rediss://user:password@queue.local npx gradclip-lab worker --redis
  npx gradclip-lab worker --redis redis://queue.local --threads 4 --until-empty

A worker needs the same version of gradclip-lab as the comparison. To trust a
private certificate authority, set NODE_EXTRA_CA_CERTS.`;

/** `worker`: executes queued runs from Redis. */
export function workerCommand(terminal: Terminal): Command {
  return createCommand('worker', terminal)
    .description('execute queued runs from Redis, on this or any other machine')
    .addOption(new Option('--redis [url]', 'Redis that holds the queue').default(true, 'REDIS_URL'))
    .option('--threads <number>', 'number of runs to execute in parallel', parsePositiveInteger, availableParallelism())
    .option(
      '--lease <seconds>',
      'seconds without a sign of life after which a worker counts as dead',
      parsePositiveInteger,
      30,
    )
    .option('--until-empty', 'exit when no run is waiting')
    .addOption(pluginOption())
    .addHelpText('after', EXAMPLES)
    .action(async ({ redis, threads, lease, untilEmpty }: Options) => {
      const address = parseRedisAddress(redis);
      const options = { threads, leaseSeconds: lease, untilEmpty: untilEmpty === true };
      await startWorker(address, options, terminal.stderr, terminal.signal);
    });
}
