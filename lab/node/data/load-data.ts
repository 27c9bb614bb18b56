import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { LabError } from '../../errors.ts';
import { toCodePoints } from '../../tasks/_text.ts';
import { selectColumn } from '../../tasks/_series.ts';
import type { Problem, Settings, Task } from '../../tasks/_task.ts';
import { packagedDatasets } from './packaged-datasets.ts';
import { readRecordings } from './recordings.ts';
import { findSharedText, shareText } from './shared-text.ts';
import { readTextFile } from './user-files.ts';

/** A task's data as text, and its id in run configurations. */
export interface TaskData {
  readonly id: string;
  readonly text: string;
}

/** Loads the data of a task: the user's file if there is one, otherwise the task's own dataset. */
export async function loadData(task: Task, data: string | undefined): Promise<TaskData> {
  if (data !== undefined) {
    const text = readUserData(task, data);
    // Without the name of the file, so that a renamed file has the same runs.
    return { id: digestText(text), text };
  }
  const read = task.dataset.read ?? packagedDatasets[task.dataset.id];
  if (read === undefined) {
    throw new LabError(
      `\`${task.id}\`: the dataset \`${task.dataset.id}\` needs a function \`read\` that returns its text.`,
    );
  }
  const text = await read();
  // A generated task has no text.
  return { id: text === '' ? task.dataset.id : `${task.dataset.id} ${digestText(text)}`, text };
}

function digestText(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/**
 * Prepares problems from the data of a task. Large texts go to memory that this thread shares with those that start
 * later, which find them by the data's id.
 */
export function prepareFrom({ id, text }: TaskData, task: Task): (settings: Settings) => Problem {
  const { prepareCodePoints } = task;
  if (prepareCodePoints === undefined) return (settings) => task.prepare(text, settings);
  const points = findSharedText(task.id, id) ?? toCodePoints(text);
  shareText(task.id, id, points);
  return (settings) => prepareCodePoints(points, settings);
}

function readUserData({ id, dataFile, dataKind }: Task, data: string): string {
  if (dataFile === undefined) throw new LabError(`\`${id}\` generates its data. Remove --data ${data}.`);
  if (dataKind === 'recordings') return readRecordings(data, dataFile);
  return dataKind === 'series' ? readSeriesFile(data, dataFile) : readTextFile(data, dataFile);
}

/** Reads a table, or with FILE#COLUMN one column of it. */
function readSeriesFile(data: string, expected: string): string {
  const [, file, column] = /^(.+)#([^#]+)$/.exec(data) ?? [];
  if (file === undefined || column === undefined || existsSync(data)) return readTextFile(data, expected);
  try {
    return selectColumn(readTextFile(file, expected), column);
  } catch (error) {
    if (error instanceof LabError && !error.message.startsWith('--data'))
      throw new LabError(`--data ${data}: ${error.message}`);
    throw error;
  }
}
