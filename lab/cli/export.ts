import { closeSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Argument, type Command } from 'commander';
import { LabError } from '../errors.ts';
import { createCsvSink } from '../export/csv.ts';
import { createMlflowSink } from '../export/mlflow.ts';
import { createParquetSink } from '../export/parquet.ts';
import type { Run } from '../run/record.ts';
import type { MetricSink, WriteFile } from '../export/sink.ts';
import { createTensorBoardSink } from '../export/tensorboard.ts';
import { describeSystemError } from '../node/data/user-files.ts';
import { ResultsFolder } from '../node/results-folder.ts';
import { createCommand, outOption, type Terminal } from './terminal.ts';

const FILE_FORMATS = { parquet: createParquetSink, csv: createCsvSink, tensorboard: createTensorBoardSink };

interface Options {
  readonly out: string;
  readonly to?: string;
}

const EXAMPLES = `
Examples:
  npx gradclip-lab export parquet
  npx gradclip-lab export csv --to tables
  npx gradclip-lab export tensorboard --to logs && tensorboard --logdir logs
  MLFLOW_TRACKING_URI=http://localhost:5000 npx gradclip-lab export mlflow

To log in to MLflow, put the user name and password in its URL, or set
MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.`;

/** `export`: writes finished runs in the formats of other programs, or sends them to MLflow. */
export function exportCommand(terminal: Terminal): Command {
  return createCommand('export', terminal)
    .description('export finished runs to files or to MLflow')
    .addArgument(new Argument('<format>', 'output format').choices([...Object.keys(FILE_FORMATS), 'mlflow']))
    .addOption(outOption('folder of an earlier comparison'))
    .option('--to <target>', 'folder to write to (default: export/<format> inside --out), or the URL of MLflow')
    .addHelpText('after', EXAMPLES)
    .action(async (format: keyof typeof FILE_FORMATS | 'mlflow', { out, to }: Options) => {
      const folder = new ResultsFolder(out);
      const ids = folder.requireFinishedIds();
      const runs: Iterable<Run> = {
        *[Symbol.iterator]() {
          for (const id of ids) yield folder.readRun(id);
        },
      };
      const target = to ?? join(out, 'export', format);
      const sink = format === 'mlflow' ? connectToMlflow(to) : FILE_FORMATS[format](writeInto(target));
      const outcome = await sink.write(runs);
      terminal.stdout.write(`Exported ${ids.length} runs${format === 'mlflow' ? '' : ` to ${target}`}: ${outcome}.\n`);
    });
}

function connectToMlflow(to: string | undefined, environment = process.env): MetricSink {
  const server = to ?? environment['MLFLOW_TRACKING_URI'];
  if (!server) throw new LabError('MLflow has no address. Pass --to URL or set MLFLOW_TRACKING_URI.');
  return createMlflowSink(server, {
    token: environment['MLFLOW_TRACKING_TOKEN'],
    username: environment['MLFLOW_TRACKING_USERNAME'],
    password: environment['MLFLOW_TRACKING_PASSWORD'],
  });
}

function writeInto(folder: string): WriteFile {
  return (name, content) => {
    const path = join(folder, name);
    try {
      mkdirSync(dirname(path), { recursive: true });
      if (content instanceof Uint8Array) writeFileSync(`${path}.part`, content);
      else writeParts(`${path}.part`, content);
      renameSync(`${path}.part`, path);
    } catch (error) {
      if (error instanceof LabError) throw error;
      throw new LabError(`${path} cannot be written: ${describeSystemError(error)}.`);
    }
  };
}

function writeParts(path: string, parts: Iterable<string>): void {
  const file = openSync(path, 'w');
  try {
    for (const part of parts) writeFileSync(file, part);
  } finally {
    closeSync(file);
  }
}
