import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { LabError } from '../errors.ts';
import { RECORD_VERSION, type Run, type StepLine } from '../run/record.ts';
import type { ResultsFolder } from './results-folder.ts';

/** The version of the cache. One of another version is made again. */
const CACHE_VERSION = `2.${RECORD_VERSION}`;

/** More than the start and the end of a run take. */
const MAX_HEAD_BYTES = 100 * 2 ** 20;

const COLUMNS = ['loss', 'normBefore', 'normAfter', 'ms', 'threshold'] as const;
const [CLIPPED, SKIPPED, HAS_THRESHOLD] = [1, 2, 4] as const;

/** The bytes of a step: its columns, and its flags. */
const STEP_BYTES = 8 * COLUMNS.length + 1;

/** A run without its steps, and the state of its file when it was read. */
interface Head extends Pick<Run, 'start' | 'end'> {
  readonly version: string;
  readonly id: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** The number of steps, which follow in the cache. */
  readonly count: number;
}

interface Entry {
  readonly head: Head;
  /** Returns the bytes of the steps; undefined if another program has replaced the cache since. */
  readonly readSteps: () => Buffer | undefined;
}

type Entries = ReadonlyMap<string, Entry>;

/**
 * Reads finished runs. Their steps stay on disk and are read again for each use, so that thousands of runs need little
 * memory.
 *
 * Runs that were read before come from the file `.runs-cache` in the folder as long as their own files are unchanged.
 */
export function readRuns(folder: ResultsFolder, ids: readonly string[]): Run[] {
  const path = join(folder.path, '.runs-cache');
  const current = new Map([...readCache(path)].filter(([id, { head }]) => isUnchanged(folder, id, head)));
  const entries = ids.every((id) => current.has(id)) ? current : addRuns(path, folder, ids, current);
  return ids.map((id) => {
    const { head, readSteps } = entries.get(id)!;
    return {
      start: head.start,
      end: head.end,
      get steps(): readonly StepLine[] {
        const bytes = readSteps();
        return bytes === undefined ? folder.readRun(id).steps : expand(bytes);
      },
    };
  });
}

const statRun = (folder: ResultsFolder, id: string) =>
  statSync(join(folder.path, 'runs', `${id}.jsonl`), { throwIfNoEntry: false });

function isUnchanged(folder: ResultsFolder, id: string, head: Head): boolean {
  const stats = statRun(folder, id);
  return stats?.size === head.size && stats.mtimeMs === head.mtimeMs;
}

/** Reads the runs that are not in the cache and writes all to a new one. */
function addRuns(path: string, folder: ResultsFolder, ids: readonly string[], current: Entries): Entries {
  const part = `${path}.${process.pid}.part`;
  try {
    return writeCache(path, part, folder, ids, current);
  } catch (error) {
    rmSync(part, { force: true });
    if (error instanceof LabError) throw error;
    // The folder may be read-only or the disk full. Then everything stays in memory.
    return new Map(
      ids.map((id) => {
        const [head, bytes] = readEntry(folder, id, current.get(id));
        return [id, { head, readSteps: () => bytes }];
      }),
    );
  }
}

function writeCache(
  path: string,
  part: string,
  folder: ResultsFolder,
  ids: readonly string[],
  current: Entries,
): Entries {
  const entries = new Map<string, Entry>();
  const file = openSync(part, 'w+');
  try {
    // Known when all is written.
    let identity = '';
    const share = createSharer();
    let offset = 0;
    for (const id of ids) {
      const [own, steps] = readEntry(folder, id, current.get(id));
      const head = share(own);
      const bytes = serialize(head);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      offset += writeSync(file, Buffer.concat([length, bytes]));
      entries.set(id, { head, readSteps: stepReader(path, () => identity, offset, steps.length) });
      offset += writeSync(file, steps);
    }
    identity = identify(file);
  } finally {
    closeSync(file);
  }
  renameSync(part, path);
  return entries;
}

/** Returns a run from the cache, or from its own file if it is not there. */
function readEntry(folder: ResultsFolder, id: string, entry: Entry | undefined): readonly [Head, Buffer] {
  const known = entry?.readSteps();
  if (entry !== undefined && known !== undefined) return [entry.head, known];
  const { size, mtimeMs } = statRun(folder, id) ?? { size: 0, mtimeMs: 0 };
  const { start, steps, end } = folder.readRun(id);
  return [{ version: CACHE_VERSION, id, size, mtimeMs, start, end, count: steps.length }, compact(steps)];
}

/** Reads the heads in a cache; none if it is missing or damaged, because it can be made again. */
function readCache(path: string): Entries {
  const entries = new Map<string, Entry>();
  if (!existsSync(path)) return entries;
  try {
    const file = openSync(path, 'r');
    try {
      const identity = identify(file);
      const { size } = fstatSync(file);
      const share = createSharer();
      for (let offset = 0; offset < size;) {
        const length = readAt(file, offset, 4).readUInt32LE();
        const head = share(deserialize(readAt(file, offset + 4, Math.min(length, MAX_HEAD_BYTES))) as Head);
        if (head.version !== CACHE_VERSION) return new Map();
        const begin = offset + 4 + length;
        const bytes = head.count * STEP_BYTES;
        entries.set(head.id, { head, readSteps: stepReader(path, () => identity, begin, bytes) });
        offset = begin + bytes;
      }
      return entries;
    } finally {
      closeSync(file);
    }
  } catch {
    return new Map();
  }
}

/** Returns a function that replaces equal parts of runs by one object, because most runs have the same. */
function createSharer(): (head: Head) => Head {
  const known = new Map<string, unknown>();
  const share = <Part>(part: Part): Part => {
    const key = JSON.stringify(part) ?? '';
    if (!known.has(key)) known.set(key, part);
    return known.get(key) as Part;
  };
  return ({ start, ...head }) => {
    const { config, environment, metric, dataReport } = start;
    return {
      ...head,
      start: {
        ...start,
        config: { ...config, settings: share(config.settings), strategy: share(config.strategy) },
        environment: share(environment),
        metric: share(metric),
        ...(dataReport && { dataReport: share(dataReport) }),
      },
    };
  };
}

/** Distinguishes a cache from another one that has replaced it. */
function identify(file: number): string {
  const { ino, size, mtimeMs } = fstatSync(file);
  return [ino, size, mtimeMs].join();
}

/** Returns a function that reads steps from a file, as long as it is the same. */
function stepReader(path: string, identity: () => string, offset: number, length: number): Entry['readSteps'] {
  return () => {
    const file = existsSync(path) ? openSync(path, 'r') : undefined;
    if (file === undefined) return undefined;
    try {
      return identify(file) === identity() ? readAt(file, offset, length) : undefined;
    } finally {
      closeSync(file);
    }
  };
}

function readAt(file: number, offset: number, length: number): Buffer {
  // Not a part of a shared buffer, in which numbers could begin at an odd offset.
  const bytes = Buffer.alloc(length);
  if (readSync(file, bytes, 0, length, offset) < length) throw new Error('The cache is truncated.');
  return bytes;
}

/** Formats steps as one column of numbers after another, then their flags. */
function compact(steps: readonly StepLine[]): Buffer {
  const bytes = Buffer.alloc(STEP_BYTES * steps.length);
  const values = new Float64Array(bytes.buffer, 0, COLUMNS.length * steps.length);
  COLUMNS.forEach((name, column) => {
    const first = column * steps.length;
    for (let step = 0; step < steps.length; step += 1) values[first + step] = steps[step]![name] ?? 0;
  });
  steps.forEach(({ clipped, skipped, threshold }, step) => {
    const flags = (clipped ? CLIPPED : 0) | (skipped ? SKIPPED : 0) | (threshold === undefined ? 0 : HAS_THRESHOLD);
    bytes[values.byteLength + step] = flags;
  });
  return bytes;
}

function expand(bytes: Buffer): StepLine[] {
  const count = bytes.length / STEP_BYTES;
  const values = new Float64Array(bytes.buffer, bytes.byteOffset, COLUMNS.length * count);
  const lines: StepLine[] = [];
  for (let step = 0; step < count; step += 1) {
    const flags = bytes[values.byteLength + step]!;
    const line: StepLine & { threshold?: number } = {
      type: 'step',
      step,
      loss: values[step]!,
      normBefore: values[count + step]!,
      normAfter: values[2 * count + step]!,
      clipped: (flags & CLIPPED) !== 0,
      skipped: (flags & SKIPPED) !== 0,
      ms: values[3 * count + step]!,
    };
    if ((flags & HAS_THRESHOLD) !== 0) line.threshold = values[4 * count + step]!;
    lines.push(line);
  }
  return lines;
}
