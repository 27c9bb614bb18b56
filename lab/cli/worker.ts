import { availableParallelism } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import type { Terminal } from '../cli.ts';
import { redisAddress } from '../node/redis/address.ts';
import { redisParts } from '../node/redis/index.ts';

interface Options {
  readonly redis: string | true;
  readonly threads: number;
  readonly lease: number;
  readonly untilEmpty?: true;
}

const EXAMPLES = `
Examples:
  gradclip-lab worker --redis redis://queue.local
  REDIS_URL=rediss://user:password@queue.local:6380 gradclip-lab worker --redis
  gradclip-lab worker --redis redis://queue.local --threads 4 --until-empty

A worker needs the same version of gradclip-lab as the comparison. For a
certificate of your own, set NODE_EXTRA_CA_CERTS.`;

/** Adds the command that takes runs from Redis. */
export function addWorkerCommand(program: Command, terminal: Terminal): void {
  program
    .command('worker')
    .description('take runs from a Redis, on this or any other machine')
    .option('--redis [url]', 'where the runs are; without a URL, REDIS_URL says so', true)
    .option('--threads <number>', 'runs at a time', atLeastOne, availableParallelism())
    .option('--lease <seconds>', 'a worker silent for so long is taken for dead', atLeastOne, 30)
    .option('--until-empty', 'end once no run is waiting')
    .addHelpText('after', EXAMPLES)
    .action(async ({ redis, threads, lease, untilEmpty }: Options) => {
      const address = redisAddress(redis);
      const { work } = await redisParts();
      const options = { threads, leaseSeconds: lease, untilEmpty: untilEmpty === true };
      await work(address, options, terminal.stderr, terminal.signal);
    });
}

function atLeastOne(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return value;
}
