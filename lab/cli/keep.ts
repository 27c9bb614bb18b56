import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { LabError } from '../errors.ts';
import { describeSystemError } from '../node/data/user-files.ts';
import { ResultsFolder } from '../node/results-folder.ts';
import { digestRun } from '../analysis/digest.ts';
import { formatArchive, parseArchive } from '../results-page/archive.ts';
import { createCommand, pluginOption, outOption, type Terminal } from './terminal.ts';

/** `keep`: saves a finished comparison as one small file. */
export function keepCommand(terminal: Terminal): Command {
  return createCommand('keep', terminal)
    .description('save a comparison as one small file')
    .argument('<file>', 'file to write, such as lab/results/quick.jsonl')
    .option('--partial', 'save the finished runs, although others are missing')
    .addOption(outOption('folder of the comparison'))
    .addOption(pluginOption())
    .action((file: string, { out, partial }: { out: string; partial?: true }) => {
      const count = keep(out, file, new Date().toISOString().slice(0, 10), partial);
      terminal.stdout.write(`Saved ${count} runs in ${file}.\n`);
    });
}

/**
 * Condenses a comparison into one file that is small enough to commit.
 *
 * Runs that the file has already and the folder has not stay in the file, so that `compare --kept` can finish a
 * comparison on another machine.
 *
 * @param partial whether runs may be missing
 * @returns the number of runs
 * @throws LabError if the comparison is not finished or the file cannot be written
 */
export function keep(out: string, file: string, date: string, partial = false): number {
  const folder = new ResultsFolder(out);
  const plan = folder.readPlan();
  if (plan === undefined)
    throw new LabError(`--out ${out} contains no comparison. Create one with: npx gradclip-lab compare`);
  const before = existsSync(file) ? parseArchive(readFileSync(file, 'utf8'), file) : undefined;
  const kept = new Map(before?.digests.map((digest) => [digest.id, digest]));
  const missing = plan.runs.filter((id) => !folder.hasRun(id) && !kept.has(id)).length;
  if (missing > 0 && !partial)
    throw new LabError(
      `${missing} of ${plan.runs.length} runs in ${out} are missing. Finish them with: ${plan.command}`,
    );
  const runs = plan.runs.flatMap((id) => (folder.hasRun(id) ? folder.readRun(id) : []));
  const environment = runs[0]?.start.environment ?? before?.head.environment;
  if (environment === undefined) throw new LabError(`The comparison in ${out} has no runs.`);
  const earlier = plan.runs.flatMap((id) => (folder.hasRun(id) ? [] : (kept.get(id) ?? [])));
  const secondsPerEarlier = before === undefined ? 0 : before.head.seconds / before.digests.length;
  const head = {
    type: 'kept',
    version: 2,
    experiment: plan.experiment,
    command: withoutPaths(plan.command),
    date,
    ...(missing > 0 && { partial: true as const }),
    seconds: Math.round(earlier.length * secondsPerEarlier + runs.reduce((sum, { end }) => sum + end.ms, 0) / 1000),
    environment,
  } as const;
  const digests = [...earlier, ...runs.map(digestRun)];
  try {
    writeFileSync(file, formatArchive({ head, digests }));
  } catch (error) {
    throw new LabError(`${file} cannot be written: ${describeSystemError(error)}.`);
  }
  return digests.length;
}

/** The command without its folder and its kept file, which say nothing to other people. */
function withoutPaths(command: string): string {
  return command.replaceAll(/ (?:--out|-o|--kept)[ =](?:'[^']*'|\S+)/g, '');
}
