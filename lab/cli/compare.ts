import { readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import type { RunDigest } from '../analysis/digest.ts';
import { LabError } from '../errors.ts';
import { describeSystemError } from '../node/data/user-files.ts';
import { builtIn, findExperiment } from '../catalogue/catalogue.ts';
import { customizeGrid, describeBudget } from './custom-grid.ts';
import type { Experiment, Grid } from '../experiments/_experiment.ts';
import { compare, type ComparisonResult, type WrittenReport } from '../node/compare.ts';
import { assertSettingNames } from '../node/plan.ts';
import { describeRun } from '../node/progress.ts';
import { parseRedisAddress } from '../redis/address.ts';
import { redisExecutor } from '../redis/index.ts';
import { parseArchive } from '../results-page/archive.ts';
import { formatReport } from '../text/terminal-report.ts';
import { parseStrategies } from './strategy-syntax.ts';
import {
  createCommand,
  pluginOption,
  outOption,
  InterruptedError,
  parseNames,
  parseNumber,
  parseNumbers,
  parseSeeds,
  parseSettings,
  parseWorkers,
  printReportPath,
  printResult,
  shellCommand,
  type Terminal,
} from './terminal.ts';

interface Options {
  readonly experiment: string;
  readonly smoke?: true;
  readonly tasks?: string[];
  readonly cells?: string[];
  readonly strategies?: string[];
  readonly optimizers?: string[];
  readonly learningRates?: number[];
  readonly seeds?: number[];
  readonly steps?: number;
  readonly settings?: Record<string, number | string>;
  readonly data?: string;
  readonly workers?: number;
  readonly redis?: string | true;
  readonly out: string;
  readonly kept?: readonly RunDigest[];
  readonly savePredictions?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  npx gradclip-lab compare
  npx gradclip-lab compare --cells lstm --learning-rates 1,3,10 --seeds 1-10
  npx gradclip-lab compare --strategies none global-norm:maxNorm=5 z-clip:maxZ=3
  npx gradclip-lab compare --data my-book.txt --steps 200
  npx gradclip-lab compare --redis redis://queue.local

The last example needs at least one worker, on any machine. To start one, see
npx gradclip-lab worker --help.`;

/** `compare`: trains every combination in a grid and writes a report. */
export function compareCommand(terminal: Terminal): Command {
  return createCommand('compare', terminal)
    .description('train every combination in a grid and write a report')
    .option('-e, --experiment <name>', 'experiment to run (see npx gradclip-lab list)', 'quick')
    .option('--smoke', 'run only the smallest part of the experiment, as a quick check')
    .option('--tasks <ids>', 'comma-separated tasks', parseNames)
    .option('--cells <ids>', 'comma-separated cells', parseNames)
    .option('--strategies <specs...>', 'strategies as id, id:option=value,option=value, or JSON')
    .option('--optimizers <names>', 'comma-separated optimizers', parseNames)
    .option('--learning-rates <numbers>', 'comma-separated learning rates', parseNumbers)
    .option('--seeds <numbers>', 'seeds such as 1,2,3 or 1-10, one run for each', parseSeeds)
    .option('--steps <number>', 'training steps per run', parseNumber)
    .option('--settings <settings>', 'task settings such as units=128,column=Close', parseSettings)
    .option('--data <file>', "train on this file instead of the task's own data")
    .addOption(workersOption())
    .addOption(outOption('folder for records and reports'))
    .option('--redis [url]', 'queue the runs in Redis for workers; the URL defaults to REDIS_URL')
    .option('--kept <file>', 'skip the runs that `gradclip-lab keep` saved in this file', readKept)
    .option('--save-predictions', 'write truth and prediction of each test example to <out>/predictions')
    .option('--json', 'print the summary as JSON')
    .addOption(pluginOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => {
      const { out, data, workers, redis, kept, savePredictions = false } = options;
      if (savePredictions && redis !== undefined)
        throw new LabError('--save-predictions needs runs on this machine. Remove --redis.');
      const result = await compare(
        {
          ...customizeExperiment(findExperiment(options.experiment), options),
          command: shellCommand(terminal),
          out,
          savePredictions,
          ...(data === undefined ? {} : { data }),
          ...(workers === undefined ? {} : { workers }),
          ...(kept === undefined ? {} : { kept }),
          ...(redis === undefined ? {} : { executor: redisExecutor(parseRedisAddress(redis)) }),
        },
        terminal.stderr,
        terminal.signal,
      );
      const { summary, answer, report } = requireFinished(result, out);
      printResult(terminal, options.json, summary, formatReport(summary, answer));
      printReportPath(terminal, report);
      requireSuccess(result);
    });
}

/** Reads the runs of a saved comparison. */
function readKept(file: string): readonly RunDigest[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new LabError(`--kept ${file} cannot be read: ${describeSystemError(error)}.`);
  }
  return parseArchive(text, file).digests;
}

/** The option that sets the number of worker threads. */
export function workersOption(): Option {
  return new Option('--workers <number>', 'worker threads (default: one per core)').argParser(parseWorkers);
}

/** Returns the results of a finished comparison; throws an error that says why there are none otherwise. */
export function requireFinished(compared: ComparisonResult, out: string): WrittenReport {
  const { summary, answer, report, finished, total } = compared;
  if (summary && answer && report) return { summary, answer, report };
  requireSuccess(compared);
  throw new InterruptedError(
    `Interrupted. ${finished} of ${total} runs are finished and saved in ${out}.\nRun the same command again to finish the rest.`,
  );
}

/** Throws an error that names the failed runs, if there are any and the comparison was not interrupted. */
export function requireSuccess({ failed, total, interrupted }: ComparisonResult): void {
  if (failed.length === 0 || interrupted) return;
  const lines = failed.slice(0, MAX_NAMED).map((run) => `  ${describeRun(run)}: ${run.reason}`);
  const more = failed.length > MAX_NAMED ? [`  and ${failed.length - MAX_NAMED} more`] : [];
  throw new Error([`${failed.length} of ${total} runs failed:`, ...lines, ...more].join('\n'));
}

/** The number of failed runs that a message names. */
const MAX_NAMED = 10;

/** Replaces the parts of an experiment's grid that the options name, and renames the experiment accordingly. */
function customizeExperiment({ id, question, budget, grid, smoke }: Experiment, options: Options) {
  const replaced: Partial<Grid> = {
    ...(options.tasks && { tasks: options.tasks }),
    ...(options.cells && { cells: options.cells }),
    ...(options.strategies && { strategies: parseStrategies(options.strategies) }),
    ...(options.optimizers && { optimizers: options.optimizers }),
    ...(options.learningRates && { learningRates: options.learningRates }),
    ...(options.seeds && { seeds: options.seeds }),
    ...(options.steps !== undefined && { steps: options.steps }),
  };
  const { settings = {}, data } = options;
  const isCustom = Object.keys({ ...replaced, ...settings }).length > 0 || data !== undefined;
  const customized = customizeGrid({ ...grid, ...(options.smoke ? smoke : {}) }, replaced, settings);
  assertSettingNames(settings, customized.tasks, builtIn);
  return {
    experiment: isCustom ? `${id}, changed` : options.smoke ? `${id}, smoke` : id,
    question: isCustom ? 'How do the strategies compare on this grid?' : question,
    budget: isCustom ? describeBudget(customized) : budget,
    grid: customized,
  };
}
