import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ClippingError } from 'gradclip';
import { experimentOf } from './catalogue.ts';
import { keep } from './cli/keep.ts';
import { writeResults } from './cli/results.ts';
import { tune } from './cli/tune.ts';
import { addExportCommand } from './cli/export.ts';
import { addWorkerCommand } from './cli/worker.ts';
import { LabError } from './errors.ts';
import type { Experiment, Grid } from './experiment.ts';
import { catalogueText } from './list.ts';
import { compare, publish, type Compared } from './node/compare.ts';
import { reasonOf } from './node/data.ts';
import { ResultsFolder } from './node/folder.ts';
import type { Screen } from './node/progress.ts';
import { redisAddress, withoutCredentials } from './node/redis/address.ts';
import { terminalReport } from './report/terminal.ts';
import { parseStrategies } from './strategy-syntax.ts';

/** Where the program writes, and what tells it to stop. */
export interface Terminal {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: Screen;
  readonly signal: AbortSignal;
}

interface CompareOptions {
  readonly experiment: string;
  readonly smoke?: true;
  readonly tasks?: string[];
  readonly cells?: string[];
  readonly strategies?: string[];
  readonly optimizers?: string[];
  readonly learningRates?: number[];
  readonly seeds?: number[];
  readonly steps?: number;
  readonly data?: string;
  readonly workers?: number;
  readonly redis?: string | true;
  readonly out: string;
  readonly json?: true;
}

interface TuneOptions extends Pick<CompareOptions, 'data' | 'workers' | 'out' | 'json'> {
  readonly task: string;
  readonly cell: string;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly seeds: number[];
  readonly steps: number;
}

const DEFAULT_OUT = 'gradclip-results';

/** Runs the command line; answers the exit code: 0 done, 1 failed, 2 asked for what cannot be, 130 interrupted. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  const program = programFor(terminal, args, (result) => (code = result));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof LabError || error instanceof ClippingError) {
      terminal.stderr.write(`${error.message}\n`);
      return 2;
    }
    terminal.stderr.write(`${reasonOf(error)}\nWhat is finished is kept; the same command resumes.\n`);
    return 1;
  }
}

function programFor(terminal: Terminal, args: readonly string[], exit: (code: number) => void): Command {
  const program = new Command('gradclip-lab')
    .description('Compares gradient-clipping strategies on recurrent networks.')
    .addHelpText('after', MAIN_EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    });

  program
    .command('compare')
    .description('train every combination of a grid, and report')
    .option('-e, --experiment <name>', 'a ready-made grid (see list)', 'quick')
    .option('--smoke', "only the experiment's smallest part, to see that it runs")
    .option('--tasks <ids>', 'tasks, with commas between', words)
    .option('--cells <ids>', 'cells', words)
    .option('--strategies <specs...>', 'strategies: id, id:option=value,option=value, or JSON')
    .option('--optimizers <names>', 'optimizers', words)
    .option('--learning-rates <numbers>', 'learning rates', numbers)
    .option('--seeds <numbers>', 'one run for each seed', numbers)
    .option('--steps <number>', 'training steps of a run', number)
    .option('--data <file>', "your own data instead of the task's")
    .addOption(new Option('--workers <number>', 'worker threads (default: one for each core)').argParser(whole))
    .option('-o, --out <folder>', 'where records and report go', DEFAULT_OUT)
    .option('--redis [url]', 'let the workers of a Redis do the runs; without a URL, REDIS_URL says where it is')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', COMPARE_EXAMPLES)
    .action(async (options: CompareOptions) => exit(await compareCommand(options, terminal, args)));

  program
    .command('tune')
    .description('measure norms without clipping, suggest a threshold, and show the score at others')
    .option('--task <id>', 'task', 'char-lm')
    .option('--cell <id>', 'cell', 'rnn')
    .option('--optimizer <name>', 'optimizer', 'sgd')
    .option('--learning-rate <number>', 'learning rate', number, 1)
    .option('--seeds <numbers>', 'one run for each seed', numbers, [1, 2, 3])
    .option('--steps <number>', 'training steps of a run', number, 80)
    .option('--data <file>', "your own data instead of the task's")
    .addOption(new Option('--workers <number>', 'worker threads (default: one for each core)').argParser(whole))
    .option('-o, --out <folder>', 'where records and report go', 'gradclip-tune')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', TUNE_EXAMPLES)
    .action(async (options: TuneOptions) => exit(await tuneCommand(options, terminal, args)));

  program
    .command('keep')
    .description('condense a finished comparison into one small file')
    .argument('<file>', 'the file to write, such as lab/results/quick.jsonl')
    .option('-o, --out <folder>', 'the folder of the comparison', DEFAULT_OUT)
    .action((file: string, { out }: { out: string }) => {
      const count = keep(out, file, new Date().toISOString().slice(0, 10));
      terminal.stdout.write(`${count} runs are kept in ${file}.\n`);
    });

  program
    .command('results')
    .description('make the page of results and its figures from kept comparisons')
    .option('--from <folder>', 'where they are kept', 'lab/results')
    .option('--to <folder>', 'where the page goes', 'docs')
    .action(({ from, to }: { from: string; to: string }) => {
      terminal.stdout.write(`${writeResults(from, to)} is written.\n`);
    });

  program
    .command('report')
    .description('rebuild summary.json and report.html from records, without training')
    .option('-o, --out <folder>', 'the folder of an earlier comparison', DEFAULT_OUT)
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', REPORT_EXAMPLES)
    .action((options: Pick<CompareOptions, 'out' | 'json'>) => reportCommand(options, terminal));

  program
    .command('list')
    .description('tasks, cells, optimizers, strategies with their options, experiments')
    .option('--json', 'as JSON')
    .addHelpText('after', LIST_EXAMPLES)
    .action(({ json }: { json?: true }) => void terminal.stdout.write(`${catalogueText(json === true)}\n`));

  addExportCommand(program, terminal, DEFAULT_OUT);
  addWorkerCommand(program, terminal);
  return program;
}

const MAIN_EXAMPLES = `
Examples:
  gradclip-lab compare         # train, compare, write a report
  gradclip-lab compare --help  # with examples for every part of the grid
  gradclip-lab list            # everything that can be named

Exit codes: 0 done, 1 failed under way, 2 asked for what cannot be,
130 interrupted. After 1 and 130 the same command resumes.`;

const LIST_EXAMPLES = `
Examples:
  gradclip-lab list
  gradclip-lab list --json | jq '.strategies[].id'`;

const REPORT_EXAMPLES = `
Examples:
  gradclip-lab report
  gradclip-lab report --out my-results --json`;

const COMPARE_EXAMPLES = `
Examples:
  gradclip-lab compare
  gradclip-lab compare --cells lstm --learning-rates 1,3,10 --seeds 1,2,3
  gradclip-lab compare --strategies none global-norm:maxNorm=5 z-clip:maxZ=3
  gradclip-lab compare --data my-book.txt --steps 200
  gradclip-lab compare --redis redis://queue.local

The last needs workers, on any machine: gradclip-lab worker --help.`;

const TUNE_EXAMPLES = `
Examples:
  gradclip-lab tune --cell lstm --learning-rate 10
  gradclip-lab tune --task sentiment --optimizer adam --learning-rate 0.01
  gradclip-lab tune --data my-book.txt --steps 200`;

async function tuneCommand(options: TuneOptions, terminal: Terminal, args: readonly string[]): Promise<number> {
  const { task, cell, optimizer, learningRate, seeds, steps, out, data, workers } = options;
  const grid = { tasks: [task], cells: [cell], optimizers: [optimizer], seeds, steps };
  const command = ['gradclip-lab', ...withoutCredentials(args).map(quoted)].join(' ');
  const own = { ...(data === undefined ? {} : { data }), ...(workers === undefined ? {} : { workers }) };
  const { text, ...result } = await tune(
    { grid, learningRate, command, out, ...own },
    terminal.stderr,
    terminal.signal,
  );
  if (result.summary === undefined) return interrupted(result, out, terminal);
  const { summary } = result;
  const shown = options.json ? JSON.stringify(summary, undefined, 2) : `${text}\n\n${terminalReport(summary)}`;
  terminal.stdout.write(`${shown}\n`);
  terminal.stderr.write(`\nThe report with charts: ${result.report}\n`);
  return 0;
}

function interrupted({ finished, total }: Compared, out: string, { stderr }: Terminal): number {
  stderr.write(
    `Interrupted. ${finished} of ${total} runs are finished and kept in ${out}.\nThe same command does the rest.\n`,
  );
  return 130;
}

async function compareCommand(options: CompareOptions, terminal: Terminal, args: readonly string[]): Promise<number> {
  const experiment = experimentOf(options.experiment);
  const { out, data, workers, redis } = options;
  const result = await compare(
    {
      ...framed(experiment, options),
      command: ['gradclip-lab', ...withoutCredentials(args).map(quoted)].join(' '),
      out,
      ...(data === undefined ? {} : { data }),
      ...(workers === undefined ? {} : { workers }),
      ...(redis === undefined ? {} : { redis: redisAddress(redis) }),
    },
    terminal.stderr,
    terminal.signal,
  );
  if (result.summary === undefined) return interrupted(result, out, terminal);
  const { summary } = result;
  const text = options.json ? JSON.stringify(summary, undefined, 2) : terminalReport(summary);
  terminal.stdout.write(`${text}\n`);
  terminal.stderr.write(`\nThe report with charts: ${result.report}\n`);
  return 0;
}

function reportCommand({ out, json }: Pick<CompareOptions, 'out' | 'json'>, terminal: Terminal): void {
  const folder = new ResultsFolder(out);
  const ids = folder.ids();
  if (ids.length === 0) throw new LabError(`--out ${out} has no finished runs. Make some: gradclip-lab compare`);
  const all = { experiment: 'all runs', question: `All runs in ${out}`, budget: '', command: '', runs: ids };
  const { summary, report } = publish(folder, folder.plan() ?? all);
  terminal.stdout.write(`${json ? JSON.stringify(summary, undefined, 2) : terminalReport(summary)}\n`);
  terminal.stderr.write(`\nThe report with charts: ${report}\n`);
}

/** An experiment as it stands, or with a part of its grid changed, which makes it one's own. */
function framed({ id, question, budget, grid, smoke }: Experiment, options: CompareOptions) {
  const own: Partial<Grid> = {
    ...(options.tasks && { tasks: options.tasks }),
    ...(options.cells && { cells: options.cells }),
    ...(options.strategies && { strategies: parseStrategies(options.strategies) }),
    ...(options.optimizers && { optimizers: options.optimizers }),
    ...(options.learningRates && { learningRates: options.learningRates }),
    ...(options.seeds && { seeds: options.seeds }),
    ...(options.steps !== undefined && { steps: options.steps }),
  };
  const changed = Object.keys(own).length > 0 || options.data !== undefined;
  return {
    experiment: changed ? `${id}, changed` : options.smoke ? `${id}, smoke` : id,
    question: changed ? 'How do the strategies compare on this grid?' : question,
    budget,
    grid: { ...grid, ...(options.smoke ? smoke : {}), ...own },
  };
}

function words(text: string): string[] {
  const found = text.split(',').map((word) => word.trim());
  if (found.includes('')) throw new InvalidArgumentError('It must be names with commas between.');
  return found;
}

function number(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isNaN(value)) throw new InvalidArgumentError(`\`${text}\` is not a number.`);
  return value;
}

function numbers(text: string): number[] {
  return text.split(',').map(number);
}

function whole(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 0 || value > 256) {
    throw new InvalidArgumentError('It must be a whole number from 0 to 256; 0 trains on the main thread.');
  }
  return value;
}

function quoted(word: string): string {
  return /^[\w./:=,@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
