import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { LabError } from '../errors.ts';
import { sha256 } from '../run-config.ts';
import { withOnly } from '../tasks/_series.ts';
import type { Task } from '../task.ts';
import { readText } from './data-files.ts';
import { packaged } from './data-packages.ts';
import { readRecordings } from './data-recordings.ts';

export { reasonOf } from './data-files.ts';

/** A task's data as text, and the name under which configurations know it. */
export interface TaskData {
  readonly id: string;
  readonly text: string;
}

/** The data a task is trained on: the user's own where it is given. */
export async function dataOf(task: Task, data: string | undefined): Promise<TaskData> {
  if (data !== undefined) {
    const text = usersOwn(task, data);
    return { id: `${basename(data)} sha256:${await sha256(text)}`, text };
  }
  const read = task.dataset.read ?? packaged[task.dataset.id];
  if (read === undefined) {
    throw new LabError(
      `\`${task.id}\`: its dataset \`${task.dataset.id}\` must have a function \`read\` that gives its text.`,
    );
  }
  return { id: task.dataset.id, text: await read() };
}

function usersOwn({ id, dataFile, dataKind }: Task, data: string): string {
  if (dataFile === undefined) throw new LabError(`\`${id}\` makes its own data; leave out --data ${data}.`);
  if (dataKind === 'recordings') return readRecordings(data, dataFile);
  return dataKind === 'series' ? readSeries(data, dataFile) : readText(data, dataFile);
}

/** A table, whole; or, asked for as FILE#COLUMN, with one column of numbers. */
function readSeries(data: string, expected: string): string {
  const [, file, column] = /^(.+)#([^#]+)$/.exec(data) ?? [];
  if (file === undefined || column === undefined || existsSync(data)) return readText(data, expected);
  try {
    return withOnly(readText(file, expected), column);
  } catch (error) {
    if (error instanceof LabError && !error.message.startsWith('--data'))
      throw new LabError(`--data ${data}: ${error.message}`);
    throw error;
  }
}
