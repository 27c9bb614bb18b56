import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { RECORD_VERSION, type Run, type StepLine } from '../run/record.ts';
import type { ResultsFolder } from './results-folder.ts';

/** More than a run of the largest number of steps takes. */
const MAX_ENTRY_BYTES = 100 * 2 ** 20;

const COLUMNS = ['loss', 'normBefore', 'normAfter', 'ms', 'threshold'] as const;
const [CLIPPED, SKIPPED, HAS_THRESHOLD] = [1, 2, 4] as const;

/** A run with its steps as columns of numbers, which take a fifth of the memory of objects. */
interface CompactRun extends Pick<Run, 'start' | 'end'> {
  /** One column after another, in the order of `COLUMNS`. */
  readonly values: Float64Array;
  readonly flags: Uint8Array;
}

/** A compact run, and the state of its file when it was read. */
interface CacheEntry {
  readonly version: number;
  readonly id: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly run: CompactRun;
}

/**
 * Reads finished runs, whose steps become objects only while they are used.
 *
 * Runs that were read before come from the file `.runs-cache` in the folder as long as their own files are unchanged.
 */
export function readRuns(folder: ResultsFolder, ids: readonly string[]): Run[] {
  const path = join(folder.path, '.runs-cache');
  const cached = readCache(path);
  const entries = ids.map((id): CacheEntry => {
    const { size, mtimeMs } = statSync(join(folder.path, 'runs', `${id}.jsonl`));
    const entry = cached.get(id);
    if (entry?.size === size && entry.mtimeMs === mtimeMs) return entry;
    return { version: RECORD_VERSION, id, size, mtimeMs, run: compact(folder.readRun(id)) };
  });
  if (entries.some((entry) => cached.get(entry.id) !== entry)) writeCache(path, entries);
  return entries.map(({ run }) => expandable(run));
}

function compact({ start, steps, end }: Run): CompactRun {
  const values = Float64Array.from(COLUMNS.flatMap((name) => steps.map((line) => line[name] ?? 0)));
  const flags = Uint8Array.from(
    steps,
    ({ clipped, skipped, threshold }) =>
      (clipped ? CLIPPED : 0) | (skipped ? SKIPPED : 0) | (threshold === undefined ? 0 : HAS_THRESHOLD),
  );
  return { start, end, values, flags };
}

function expandable({ start, end, values, flags }: CompactRun): Run {
  return {
    start,
    end,
    get steps(): readonly StepLine[] {
      const count = flags.length;
      return Array.from(flags, (flag, step): StepLine => {
        const [loss, normBefore, normAfter, ms, threshold] = COLUMNS.map((_, column) => values[column * count + step]!);
        return {
          type: 'step',
          step,
          loss: loss!,
          normBefore: normBefore!,
          normAfter: normAfter!,
          clipped: (flag & CLIPPED) !== 0,
          skipped: (flag & SKIPPED) !== 0,
          ...((flag & HAS_THRESHOLD) === 0 ? {} : { threshold: threshold! }),
          ms: ms!,
        };
      });
    },
  };
}

/** Reads the entries of a cache; none if it is missing or damaged, because every entry can be made again. */
function readCache(path: string): ReadonlyMap<string, CacheEntry> {
  const entries = new Map<string, CacheEntry>();
  if (!existsSync(path)) return entries;
  const file = openSync(path, 'r');
  try {
    // One entry at a time, because the whole file may be large.
    const read = (size: number): Buffer => {
      const bytes = Buffer.alloc(size);
      return bytes.subarray(0, readSync(file, bytes));
    };
    for (let head = read(4); head.length > 0; head = read(4)) {
      const entry = deserialize(read(Math.min(head.readUInt32LE(), MAX_ENTRY_BYTES))) as CacheEntry;
      if (entry.version === RECORD_VERSION) entries.set(entry.id, entry);
    }
    return entries;
  } catch {
    return new Map();
  } finally {
    closeSync(file);
  }
}

function writeCache(path: string, entries: readonly CacheEntry[]): void {
  const part = `${path}.${process.pid}.part`;
  try {
    const file = openSync(part, 'w');
    try {
      for (const entry of entries) {
        const bytes = serialize(entry);
        const length = Buffer.alloc(4);
        length.writeUInt32LE(bytes.length);
        writeSync(file, Buffer.concat([length, bytes]));
      }
    } finally {
      closeSync(file);
    }
    renameSync(part, path);
  } catch {
    // The folder may be read-only or the disk full; the next report then reads the records again.
    rmSync(part, { force: true });
  }
}
