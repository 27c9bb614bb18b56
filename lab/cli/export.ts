import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Argument, type Command } from 'commander';
import type { Terminal } from '../cli.ts';
import { LabError } from '../errors.ts';
import { csvSink } from '../export/csv.ts';
import { mlflowSink } from '../export/mlflow.ts';
import { parquetSink } from '../export/parquet.ts';
import type { MetricSink, WriteFile } from '../export/sink.ts';
import { tensorBoardSink } from '../export/tensorboard.ts';
import { reasonOf } from '../node/data-files.ts';
import { ResultsFolder } from '../node/folder.ts';

const FILES = { parquet: parquetSink, csv: csvSink, tensorboard: tensorBoardSink };

interface Options {
  readonly out: string;
  readonly to?: string;
}

const EXAMPLES = `
Examples:
  gradclip-lab export parquet
  gradclip-lab export csv --to tables
  gradclip-lab export tensorboard --to logs && tensorboard --logdir logs
  MLFLOW_TRACKING_URI=http://localhost:5000 gradclip-lab export mlflow

MLflow's name and password may stand in its URL, or in MLFLOW_TRACKING_USERNAME
and MLFLOW_TRACKING_PASSWORD, or a token in MLFLOW_TRACKING_TOKEN.`;

/** Adds the command that takes finished runs elsewhere. */
export function addExportCommand(program: Command, terminal: Terminal, defaultOut: string): void {
  program
    .command('export')
    .description('take the finished runs to other programs')
    .addArgument(new Argument('<format>', 'where to').choices([...Object.keys(FILES), 'mlflow']))
    .option('-o, --out <folder>', 'the folder of an earlier comparison', defaultOut)
    .option('--to <where>', 'a folder (default: export/<format> in the other); for mlflow a URL')
    .addHelpText('after', EXAMPLES)
    .action(async (format: keyof typeof FILES | 'mlflow', { out, to }: Options) => {
      const folder = new ResultsFolder(out);
      const runs = folder.ids().map((id) => folder.read(id));
      if (runs.length === 0) throw new LabError(`--out ${out} has no finished runs. Make some: gradclip-lab compare`);
      const where = to ?? join(out, 'export', format);
      const sink = format === 'mlflow' ? mlflow(to) : FILES[format](into(where));
      const did = await sink.take(runs);
      terminal.stdout.write(`${runs.length} runs exported${format === 'mlflow' ? '' : ` to ${where}`}: ${did}.\n`);
    });
}

function mlflow(to: string | undefined, environment = process.env): MetricSink {
  const server = to ?? environment['MLFLOW_TRACKING_URI'];
  if (!server) throw new LabError('Where is MLflow? Give --to URL, or set MLFLOW_TRACKING_URI.');
  return mlflowSink(server, {
    token: environment['MLFLOW_TRACKING_TOKEN'],
    username: environment['MLFLOW_TRACKING_USERNAME'],
    password: environment['MLFLOW_TRACKING_PASSWORD'],
  });
}

function into(folder: string): WriteFile {
  return (name, content) => {
    const path = join(folder, name);
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.part`, content);
      renameSync(`${path}.part`, path);
    } catch (error) {
      throw new LabError(`${path} cannot be written: ${reasonOf(error)}.`);
    }
  };
}
