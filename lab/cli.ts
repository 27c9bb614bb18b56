import { CommanderError, type Command } from 'commander';
import { ClippingError } from 'gradclip';
import { compareCommand } from './cli/compare.ts';
import { exportCommand } from './cli/export.ts';
import { keepCommand } from './cli/keep.ts';
import { listCommand } from './cli/list.ts';
import { reportCommand } from './cli/report.ts';
import { resultsCommand } from './cli/results.ts';
import { createCommand, InterruptedError, type Terminal } from './cli/terminal.ts';
import { tuneCommand } from './cli/tune.ts';
import { workerCommand } from './cli/worker.ts';
import { LabError } from './errors.ts';
import { currentEnvironment } from './node/environment.ts';
import { describeSystemError } from './node/data/user-files.ts';

/** Every command, in the order the help shows them. */
const COMMANDS: readonly ((terminal: Terminal) => Command)[] = [
  compareCommand,
  tuneCommand,
  reportCommand,
  exportCommand,
  listCommand,
  workerCommand,
  keepCommand,
  resultsCommand,
];

const EXAMPLES = `
Examples:
  npx gradclip-lab compare         # train, compare and write a report
  npx gradclip-lab compare --help  # examples for each part of the grid
  npx gradclip-lab list            # tasks, cells, strategies and experiments

Exit codes: 0 success, 1 failed while running, 2 invalid arguments,
130 interrupted. After 1 or 130, run the same command again to resume.`;

/**
 * Runs the command line.
 *
 * @returns the exit code: 0 success, 1 failed while running, 2 invalid arguments, 130 interrupted
 */
export async function runCli(terminal: Terminal): Promise<number> {
  const program = createCommand('gradclip-lab', terminal)
    .description('Compare gradient-clipping strategies on recurrent networks.')
    .version(currentEnvironment().gradclip, '-v, --version')
    .addHelpText('after', EXAMPLES);
  for (const command of COMMANDS) program.addCommand(command(terminal));
  try {
    await program.parseAsync([...terminal.args], { from: 'user' });
    return 0;
  } catch (error) {
    return reportError(error, terminal);
  }
}

function reportError(error: unknown, { stderr }: Terminal): number {
  // Commander has already printed its message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof InterruptedError) {
    stderr.write(`${error.message}\n`);
    return 130;
  }
  if (error instanceof LabError || error instanceof ClippingError) {
    stderr.write(`${error.message}\n`);
    return 2;
  }
  stderr.write(`${describeSystemError(error)}\nFinished runs are saved. Run the same command again to resume.\n`);
  return 1;
}
