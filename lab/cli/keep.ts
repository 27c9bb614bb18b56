import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { LabError } from '../errors.ts';
import { describeSystemError } from '../node/data/user-files.ts';
import { ResultsFolder } from '../node/results-folder.ts';
import { digestRun } from '../analysis/digest.ts';
import { formatArchive } from '../results-page/archive.ts';
import { createCommand, pluginOption, outOption, type Terminal } from './terminal.ts';

/** `keep`: saves a finished comparison as one small file. */
export function keepCommand(terminal: Terminal): Command {
  return createCommand('keep', terminal)
    .description('save a finished comparison as one small file')
    .argument('<file>', 'file to write, such as lab/results/quick.jsonl')
    .addOption(outOption('folder of the comparison'))
    .addOption(pluginOption())
    .action((file: string, { out }: { out: string }) => {
      const count = keep(out, file, new Date().toISOString().slice(0, 10));
      terminal.stdout.write(`Saved ${count} runs in ${file}.\n`);
    });
}

/**
 * Condenses a finished comparison into one file that is small enough to commit.
 *
 * @returns the number of runs
 * @throws LabError if the comparison is not finished or the file cannot be written
 */
export function keep(out: string, file: string, date: string): number {
  const folder = new ResultsFolder(out);
  const plan = folder.readPlan();
  if (plan === undefined)
    throw new LabError(`--out ${out} contains no comparison. Create one with: npx gradclip-lab compare`);
  const missing = plan.runs.filter((id) => !folder.hasRun(id)).length;
  if (missing > 0)
    throw new LabError(
      `${missing} of ${plan.runs.length} runs in ${out} are missing. Finish them with: ${plan.command}`,
    );
  const runs = plan.runs.map((id) => folder.readRun(id));
  const [first] = runs;
  if (first === undefined) throw new LabError(`The comparison in ${out} has no runs.`);
  const head = {
    type: 'kept',
    version: 1,
    experiment: plan.experiment,
    command: plan.command,
    date,
    seconds: Math.round(runs.reduce((sum, { end }) => sum + end.ms, 0) / 1000),
    environment: first.start.environment,
  } as const;
  try {
    writeFileSync(file, formatArchive({ head, digests: runs.map(digestRun) }));
  } catch (error) {
    throw new LabError(`${file} cannot be written: ${describeSystemError(error)}.`);
  }
  return runs.length;
}
