import { writeFileSync } from 'node:fs';
import { LabError } from '../errors.ts';
import { reasonOf } from '../node/data-files.ts';
import { ResultsFolder } from '../node/folder.ts';
import { digestOf } from '../report/digest.ts';
import { keptText } from '../report/kept.ts';

/**
 * Condenses a finished comparison into one file that is small enough to be committed; answers the number of runs.
 *
 * @throws LabError where the comparison is not finished or the file cannot be written
 */
export function keep(out: string, file: string, date: string): number {
  const folder = new ResultsFolder(out);
  const plan = folder.plan();
  if (plan === undefined) throw new LabError(`--out ${out} holds no comparison. Make one: gradclip-lab compare`);
  const missing = plan.runs.filter((id) => !folder.has(id)).length;
  if (missing > 0) throw new LabError(`${missing} of ${plan.runs.length} runs in ${out} are missing: ${plan.command}`);
  const runs = plan.runs.map((id) => folder.read(id));
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
    writeFileSync(file, keptText({ head, digests: runs.map(digestOf) }));
  } catch (error) {
    throw new LabError(`${file} cannot be written: ${reasonOf(error)}.`);
  }
  return runs.length;
}
