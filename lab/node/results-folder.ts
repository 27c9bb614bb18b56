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
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { LabError } from '../errors.ts';
import { CorruptRecord, readRun, toLine, type Run, type RunRecord } from '../run/record.ts';
import { runIdOf } from './run-id.ts';
import type { RunConfig } from '../run/run-config.ts';
import { isSameComparison, parsePlan, withPlanId, type SavedPlan } from './saved-plan.ts';
import { toWriteError, withWriteError } from './write-error.ts';
import { describeSystemError } from './data/user-files.ts';

/** A run that threw an error, and the message of the error. */
export interface FailedRun {
  readonly id: string;
  readonly config: RunConfig;
  readonly reason: string;
}

/** The files about the comparison that was started last. */
const PLAN_FILES = ['plan.json', 'summary.json', 'report.html'];

/** A partial file of another machine that was last written longer ago than this belongs to a program that died. */
const STALE_AFTER_MS = 30_000;

const HOST = hostname().replaceAll(/[^\w-]/g, '-');

/**
 * A folder of results: `runs/<id>.jsonl`, `predictions/<id>.jsonl`, `failed/<id>.json`, `plan.json`, `summary.json` and `report.html`.
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
      assertOwnId(run, id);
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
    throw new LabError(`--out ${this.path} contains no finished runs. Create some with: npx gradclip-lab compare`);
  }

  /** Saves why a run failed. */
  writeFailure(failure: FailedRun): void {
    this.writeFile(join('failed', `${failure.id}.json`), `${JSON.stringify(failure, undefined, 2)}\n`);
  }

  /** Saves what a run predicts on the test data, as one line of JSON for each example. */
  writePredictions(id: string, lines: readonly object[]): void {
    this.writeFile(predictionsName(id), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  /** Whether the predictions of a run are saved. */
  hasPredictions(id: string): boolean {
    return existsSync(join(this.path, predictionsName(id)));
  }

  /** Why a run failed when it was last executed; undefined if it did not fail. */
  readFailure(id: string): FailedRun | undefined {
    const path = this.#failurePath(id);
    if (!existsSync(path)) return undefined;
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as FailedRun;
    } catch {
      throw new LabError(`${path} is not JSON. Delete it to repeat the run.`);
    }
  }

  /** Deletes the failure of a run that is about to be executed again. */
  forgetFailure(id: string): void {
    rmSync(this.#failurePath(id), { force: true });
  }

  /** Whether another program is writing this run, or died doing so moments ago. */
  isBeingWritten(id: string): boolean {
    return this.#partFilesOf(id).some((part) => {
      if (isWriterGone(part)) return false;
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

  /** Writes a file atomically, creates its folder, and returns its path. */
  writeFile(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    withWriteError(path, () => mkdirSync(dirname(path), { recursive: true }));
    const part = this.#partPath(path);
    this.#writePart(part, content);
    withWriteError(path, () => renameSync(part, path));
    return path;
  }

  /**
   * Saves which runs the report shows.
   *
   * The plan, summary and report of another comparison in this folder are kept under names with the id of its plan.
   */
  startPlan(plan: SavedPlan): void {
    const current = this.readPlan();
    if (current !== undefined && !isSameComparison(current, plan)) {
      for (const name of PLAN_FILES) {
        const path = join(this.path, name);
        const kept = join(this.path, withPlanId(name, current));
        if (existsSync(path)) withWriteError(kept, () => renameSync(path, kept));
      }
    }
    this.writePlan(plan);
    for (const name of PLAN_FILES) rmSync(join(this.path, withPlanId(name, plan)), { force: true });
  }

  /** Replaces the plan of the comparison that was started last. */
  writePlan(plan: SavedPlan): void {
    this.writeFile('plan.json', `${JSON.stringify(plan, undefined, 2)}\n`);
  }

  /** Writes a file about a comparison, under another name if a different comparison was started since; returns its path. */
  writePlanFile(name: string, plan: SavedPlan, content: string): string {
    const current = this.readPlan();
    const isCurrent = current === undefined || isSameComparison(current, plan);
    return this.writeFile(isCurrent ? name : withPlanId(name, plan), content);
  }

  /** The comparison that was started last in this folder. */
  readPlan(): SavedPlan | undefined {
    const path = join(this.path, 'plan.json');
    if (!existsSync(path)) return undefined;
    try {
      return parsePlan(readFileSync(path, 'utf8'));
    } catch {
      throw new LabError(`${path} is not a plan. Delete it to report all runs in the folder.`);
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
    for (const leftover of [...this.#partFilesOf(id), this.#failurePath(id)]) rmSync(leftover, { force: true });
  }

  #partFilesOf(id: string): string[] {
    const runs = join(this.path, 'runs');
    const names = readdirSync(runs).filter((name) => name.startsWith(`${id}.jsonl.`) && name.endsWith('.part'));
    return names.map((name) => join(runs, name));
  }

  #partPath(path: string): string {
    // Random too, because process ids repeat in containers.
    return `${path}.${HOST}.${process.pid}.${randomBytes(6).toString('hex')}.part`;
  }

  #runPath(id: string): string {
    return join(this.path, 'runs', `${id}.jsonl`);
  }

  #failurePath(id: string): string {
    return join(this.path, 'failed', `${id}.json`);
  }
}

function predictionsName(id: string): string {
  return join('predictions', `${id}.jsonl`);
}

/**
 * Asserts that a run belongs to its file, so that neither a copied nor an edited file counts.
 *
 * @throws CorruptRecord if the id differs from the file's name or from the id of the configuration
 */
export function assertOwnId({ start }: Run, id: string): void {
  if (start.id !== id)
    throw new CorruptRecord(`line 1: the file has run ${start.id}, which belongs in ${start.id}.jsonl`);
  if (runIdOf(start.config) !== id) throw new CorruptRecord('line 1: the configuration was changed after the run');
}

/** Whether the program that wrote a partial file ran on this machine and has ended. */
function isWriterGone(part: string): boolean {
  const [, host, pid] = /\.([\w-]+)\.(\d+)\.[0-9a-f]+\.part$/.exec(part) ?? [];
  if (host !== HOST) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
