import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import { CorruptRecord, readRun, toLine, type Run, type RunRecord } from '../run/record.ts';
import { describeSystemError } from './data/user-files.ts';

/** The last comparison that was started in a folder, saved so that `report` shows the same runs. */
export interface SavedPlan {
  readonly experiment: string;
  readonly question: string;
  readonly budget: string;
  readonly command: string;
  /** The strategies whose comparison with no clipping is tested. Default: all. */
  readonly primary?: readonly string[];
  readonly runs: readonly string[];
}

/** A partial file that was last written longer ago than this belongs to a program that died. */
const STALE_AFTER_MS = 30_000;

/**
 * A folder of results: `runs/<id>.jsonl`, `plan.json`, `summary.json` and `report.html`.
 *
 * A run is written to a temporary file next to its final name and renamed when it ends, so every file in `runs/` is
 * complete however the program ends. Every writer has its own temporary file, so several programs may share a folder.
 */
export class ResultsFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Creates the folder; throws a LabError if it is not writable. */
  assertWritable(): void {
    const probe = join(this.path, 'runs', `.writable-${process.pid}`);
    try {
      mkdirSync(join(this.path, 'runs'), { recursive: true });
      writeFileSync(probe, '');
      rmSync(probe);
    } catch (error) {
      throw new LabError(`--out ${this.path} is not writable: ${describeSystemError(error)}. Choose another folder.`);
    }
  }

  /** Whether a run is finished. */
  hasRun(id: string): boolean {
    return existsSync(this.#runPath(id));
  }

  /** Reads a finished run; throws a LabError that names the file and line if it is corrupt. */
  readRun(id: string): Run {
    const path = this.#runPath(id);
    try {
      const run = readRun(readFileSync(path, 'utf8'));
      if (run === undefined) throw new CorruptRecord('the last line: the end of the run is missing');
      return run;
    } catch (error) {
      if (!(error instanceof CorruptRecord)) {
        throw new LabError(`${path} cannot be read: ${describeSystemError(error)}.`);
      }
      throw new LabError(`${path}, ${error.message}. Move this file away to repeat the run.`);
    }
  }

  /** The ids of all finished runs, sorted. */
  finishedIds(): string[] {
    const runs = join(this.path, 'runs');
    if (!existsSync(runs)) return [];
    const names = readdirSync(runs).filter((name) => name.endsWith('.jsonl'));
    return names.map((name) => name.slice(0, -'.jsonl'.length)).sort();
  }

  /** Like `finishedIds`, but throws a LabError if there are none. */
  requireFinishedIds(): string[] {
    const ids = this.finishedIds();
    if (ids.length > 0) return ids;
    throw new LabError(`--out ${this.path} contains no finished runs. Create some with: gradclip-lab compare`);
  }

  /** Whether another program is writing this run, or died doing so moments ago. */
  isBeingWritten(id: string): boolean {
    return this.#partFilesOf(id).some((part) => {
      const written = statSync(part, { throwIfNoEntry: false })?.mtimeMs;
      return written !== undefined && Date.now() - written < STALE_AFTER_MS;
    });
  }

  /**
   * Writes the records of a run as they arrive, and yields each of them after it is written.
   *
   * The run has its final name before its last record is yielded. An interrupted run leaves no file.
   *
   * @throws an Error that names the file if it cannot be written
   */
  async *writeRun(id: string, records: AsyncIterable<RunRecord>): AsyncGenerator<RunRecord, void, undefined> {
    const part = this.#partPath(this.#runPath(id));
    const file = withWriteError(part, () => openSync(part, 'wx'));
    let isOpen = true;
    const close = (): void => {
      if (isOpen) closeSync(file);
      isOpen = false;
    };
    try {
      for await (const record of records) {
        withWriteError(part, () => writeFileSync(file, `${toLine(record)}\n`));
        if (record.type === 'end') {
          withWriteError(part, () => fsyncSync(file));
          close();
          this.#moveIntoPlace(part, id);
        }
        yield record;
      }
      if (isOpen) throw new Error(`Run ${id} has no end record.`);
    } finally {
      close();
      rmSync(part, { force: true });
    }
  }

  /** Adds a run that another machine finished, from the text of its records. */
  addRun(id: string, text: string): void {
    const part = this.#partPath(this.#runPath(id));
    this.#writePart(part, text);
    this.#moveIntoPlace(part, id);
  }

  /** Writes a file atomically and returns its path. */
  writeFile(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    const part = this.#partPath(path);
    this.#writePart(part, content);
    withWriteError(path, () => renameSync(part, path));
    return path;
  }

  /** Saves which runs the report shows. */
  writePlan(plan: SavedPlan): void {
    this.writeFile('plan.json', `${JSON.stringify(plan, undefined, 2)}\n`);
  }

  /** The last comparison that was started in this folder. */
  readPlan(): SavedPlan | undefined {
    const path = join(this.path, 'plan.json');
    if (!existsSync(path)) return undefined;
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as SavedPlan;
    } catch {
      throw new LabError(`${path} is not JSON. Delete it to report all runs in the folder.`);
    }
  }

  #writePart(part: string, content: string | Uint8Array): void {
    try {
      withWriteError(part, () => writeFileSync(part, content, { flush: true }));
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    }
  }

  /** Gives a run its final name and deletes the files that earlier attempts left behind. */
  #moveIntoPlace(part: string, id: string): void {
    const path = this.#runPath(id);
    try {
      renameSync(part, path);
    } catch (error) {
      // Another program finished the same run first and deleted this program's file.
      if (!existsSync(path)) throw toWriteError(part, error);
    }
    for (const leftover of this.#partFilesOf(id)) rmSync(leftover, { force: true });
  }

  #partFilesOf(id: string): string[] {
    const runs = join(this.path, 'runs');
    const names = readdirSync(runs).filter((name) => name.startsWith(`${id}.jsonl.`) && name.endsWith('.part'));
    return names.map((name) => join(runs, name));
  }

  #partPath(path: string): string {
    // Random, because process ids repeat in containers and on machines that share a disk.
    return `${path}.${randomBytes(6).toString('hex')}.part`;
  }

  #runPath(id: string): string {
    return join(this.path, 'runs', `${id}.jsonl`);
  }
}

function withWriteError<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw toWriteError(path, error);
  }
}

function toWriteError(path: string, error: unknown): Error {
  return new Error(`${path} cannot be written: ${describeSystemError(error)}.`, { cause: error });
}
