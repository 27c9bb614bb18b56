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
  writeFileSync,
  writeSync,
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

/**
 * A folder of results: `runs/<id>.jsonl`, `plan.json`, `summary.json` and `report.html`.
 *
 * A run is written beside its final name and moved there when it ends, so a file in `runs/` is a whole run
 * however the program ends.
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

  /** Writes a run as its records come; the run counts as finished once the last is on the disk. */
  async write(id: string, records: AsyncIterable<RunRecord>, onRecord: (record: RunRecord) => void): Promise<void> {
    const part = `${this.#file(id)}.part`;
    const file = openSync(part, 'w');
    try {
      for await (const record of records) {
        writeSync(file, `${toLine(record)}\n`);
        onRecord(record);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(part, this.#file(id));
  }

  /** Writes a file that readers see whole or not at all; answers its path. */
  save(name: string, text: string): string {
    const path = join(this.path, name);
    writeFileSync(`${path}.part`, text);
    renameSync(`${path}.part`, path);
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

  #file(id: string): string {
    return join(this.path, 'runs', `${id}.jsonl`);
  }
}
