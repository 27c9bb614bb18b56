import { readFileSync } from 'node:fs';
import { LabError } from '../errors.ts';

/** The user's text file; throws a LabError that says why it cannot be used. */
export function readText(file: string, expected: string): string {
  const bytes = readBytes(file, expected);
  if (bytes.length === 0) throw new LabError(`--data ${file} is empty. It must be ${expected}.`);
  if (bytes.includes(0)) throw new LabError(`--data ${file} is not text. It must be ${expected}.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new LabError(`--data ${file} is not UTF-8. Save it in that encoding: iconv -f latin1 -t utf-8 FILE > NEW`);
  }
}

/** The bytes of the user's file; throws a LabError that says why it cannot be read. */
export function readBytes(file: string, expected: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new LabError(`--data ${file} cannot be read: ${reasonOf(error)}. It must be ${expected}.`);
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
