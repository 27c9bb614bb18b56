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
import { CorruptRecord, readRun, toLine, type Run, type RunRecord } from '../record.ts';
import { reasonOf } from './data.ts';

/** What `compare` was last asked for, so that `report` can show the same runs. */
export interface SavedPlan {
  readonly experiment: string;
  readonly question: string;
  readonly budget: string;
  readonly command: string;
  readonly runs: readonly string[];
}

/** A run that was last written to longer ago than this is taken for broken off. */
const QUIET_MS = 30_000;

/**
 * A folder of results: `runs/<id>.jsonl`, `plan.json`, `summary.json` and `report.html`.
 *
 * A run is written beside its final name and moved there when it ends, so a file in `runs/` is a whole run
 * however the program ends. Every writer has a file of its own, so several programs may share a folder.
 */
export class ResultsFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder; throws a LabError where nothing can be written to it. */
  open(): void {
    const probe = join(this.path, 'runs', `.writable-${process.pid}`);
    try {
      mkdirSync(join(this.path, 'runs'), { recursive: true });
      writeFileSync(probe, '');
      rmSync(probe);
    } catch (error) {
      throw new LabError(`--out ${this.path} cannot be written to: ${reasonOf(error)}. Name another folder.`);
    }
  }

  /** Whether a run has been finished. */
  has(id: string): boolean {
    return existsSync(this.#file(id));
  }

  /** A finished run; throws a LabError that names the file and line where it is damaged. */
  read(id: string): Run {
    const file = this.#file(id);
    const advice = 'Move that file away to have the run done again.';
    try {
      const run = readRun(readFileSync(file, 'utf8'));
      if (run === undefined) throw new CorruptRecord('the last line: the end of the run is missing');
      return run;
    } catch (error) {
      if (error instanceof CorruptRecord) throw new LabError(`${file}, ${error.message}. ${advice}`);
      throw new LabError(`${file} cannot be read: ${reasonOf(error)}.`);
    }
  }

  /** The ids of all finished runs. */
  ids(): string[] {
    const runs = join(this.path, 'runs');
    if (!existsSync(runs)) return [];
    const names = readdirSync(runs).filter((name) => name.endsWith('.jsonl'));
    return names.map((name) => name.slice(0, -'.jsonl'.length)).sort();
  }

  /** Whether someone has been writing this run just now: another program, or one that was killed a moment ago. */
  isUnderWay(id: string): boolean {
    return this.#partsOf(id).some((part) => {
      const written = statSync(part, { throwIfNoEntry: false })?.mtimeMs;
      return written !== undefined && Date.now() - written < QUIET_MS;
    });
  }

  /**
   * Writes a run as its records come, and hands them on; the run is filed under its name before its last record is.
   *
   * Broken off, it leaves nothing.
   *
   * @throws an Error that names the file, where it cannot be written
   */
  async *filed(id: string, records: AsyncIterable<RunRecord>): AsyncGenerator<RunRecord, void, undefined> {
    const part = this.#part(this.#file(id));
    const file = attempt(part, () => openSync(part, 'wx'));
    let open = true;
    const close = (): void => {
      if (open) closeSync(file);
      open = false;
    };
    try {
      for await (const record of records) {
        attempt(part, () => writeFileSync(file, `${toLine(record)}\n`));
        if (record.type === 'end') {
          attempt(part, () => fsyncSync(file));
          close();
          this.#publish(part, id);
        }
        yield record;
      }
      if (open) throw new Error(`Run ${id} did not end.`);
    } finally {
      close();
      rmSync(part, { force: true });
    }
  }

  /** Files a run that was done elsewhere, from the text of its records. */
  file(id: string, text: string): void {
    const part = this.#part(this.#file(id));
    this.#whole(part, text);
    this.#publish(part, id);
  }

  /** Writes a file that readers see whole or not at all; answers its path. */
  save(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    const part = this.#part(path);
    this.#whole(part, content);
    attempt(path, () => renameSync(part, path));
    return path;
  }

  /** What `compare` last asked for here, if it did. */
  plan(): SavedPlan | undefined {
    const path = join(this.path, 'plan.json');
    if (!existsSync(path)) return undefined;
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as SavedPlan;
    } catch {
      throw new LabError(`${path} is not JSON. Remove it to have a report of all runs in the folder.`);
    }
  }

  #whole(part: string, content: string | Uint8Array): void {
    try {
      attempt(part, () => writeFileSync(part, content, { flush: true }));
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    }
  }

  /** Gives a run its final name, and clears away what earlier attempts at it left. */
  #publish(part: string, id: string): void {
    const file = this.#file(id);
    try {
      renameSync(part, file);
    } catch (error) {
      // Another program has finished the same run and cleared this one's file away.
      if (!existsSync(file)) throw unwritable(part, error);
    }
    for (const left of this.#partsOf(id)) rmSync(left, { force: true });
  }

  #partsOf(id: string): string[] {
    const runs = join(this.path, 'runs');
    const names = readdirSync(runs).filter((name) => name.startsWith(`${id}.jsonl.`) && name.endsWith('.part'));
    return names.map((name) => join(runs, name));
  }

  #part(path: string): string {
    // Random, because process ids repeat: in containers, and on machines that share a disk.
    return `${path}.${randomBytes(6).toString('hex')}.part`;
  }

  #file(id: string): string {
    return join(this.path, 'runs', `${id}.jsonl`);
  }
}

function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): Error {
  return new Error(`${path} cannot be written: ${reasonOf(error)}.`, { cause: error });
}
