import { Option, type Command } from 'commander';
import { builtIn } from '../catalogue/catalogue.ts';
import { assertSettingNames } from '../node/plan.ts';
import { tune } from '../node/tune.ts';
import { formatReport } from '../text/terminal-report.ts';
import { requireFinished, requireSuccess, workersOption } from './compare.ts';
import {
  createCommand,
  pluginOption,
  outOption,
  parseNumber,
  parseSeeds,
  parseSettings,
  printReportPath,
  printResult,
  shellCommand,
  type Terminal,
} from './terminal.ts';

interface Options {
  readonly task: string;
  readonly cell: string;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly seeds: number[];
  readonly steps: number;
  readonly settings?: Record<string, number | string>;
  readonly data?: string;
  readonly workers?: number;
  readonly out: string;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  npx gradclip-lab tune --cell lstm --learning-rate 10
  npx gradclip-lab tune --task sentiment --optimizer adam --learning-rate 0.01
  npx gradclip-lab tune --data my-book.txt --steps 200`;

/** `tune`: suggests a threshold from unclipped norms, chooses a threshold and a learning rate, and tests the choice. */
export function tuneCommand(terminal: Terminal): Command {
  return createCommand('tune', terminal)
    .description('tune the threshold and the learning rate of global-norm, and compare with no clipping')
    .option('--task <id>', 'task', 'char-lm')
    .option('--cell <id>', 'cell', 'rnn')
    .option('--optimizer <name>', 'optimizer', 'sgd')
    .option('--learning-rate <number>', 'learning rate', parseNumber, 1)
    .addOption(
      new Option('--seeds <numbers>', 'seeds such as 1,2,3 or 1-10, one run for each')
        .argParser(parseSeeds)
        .default([1, 2, 3, 4, 5, 6], '1-6'),
    )
    .option('--steps <number>', 'training steps per run', parseNumber, 80)
    .option('--settings <settings>', 'task settings such as units=128,column=Close', parseSettings)
    .option('--data <file>', "train on this file instead of the task's own data")
    .addOption(workersOption())
    .addOption(outOption('folder for records and reports', 'gradclip-tune'))
    .option('--json', 'print the summary as JSON')
    .addOption(pluginOption())
    .addHelpText('after', EXAMPLES)
    .action(async ({ task, cell, optimizer, seeds, steps, settings, ...options }: Options) => {
      const { learningRate, out, data, workers, json } = options;
      assertSettingNames(settings ?? {}, [task], builtIn);
      const { text, ...result } = await tune(
        {
          grid: { tasks: [task], cells: [cell], optimizers: [optimizer], seeds, steps, ...(settings && { settings }) },
          learningRate,
          command: shellCommand(terminal),
          out,
          ...(data === undefined ? {} : { data }),
          ...(workers === undefined ? {} : { workers }),
        },
        terminal.stderr,
        terminal.signal,
      );
      const { summary, answer, report } = requireFinished(result, out);
      printResult(terminal, json, summary, `${text}\n\n${formatReport(summary, answer)}`);
      printReportPath(terminal, report);
      requireSuccess(result);
    });
}
