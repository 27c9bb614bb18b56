import { runCli } from './cli.ts';

const { argv, stdout, stderr } = process;
const interruption = new AbortController();
const interrupt = (): void => {
  // The second signal ends the program at once.
  if (interruption.signal.aborted) process.exit(130);
  interruption.abort();
};
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe, such as `head`, has seen enough.
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

process.exitCode = await runCli({ args: argv.slice(2), stdout, stderr, signal: interruption.signal });
// A connection to a Redis that is away would keep an interrupted program alive.
if (interruption.signal.aborted) process.exit();
