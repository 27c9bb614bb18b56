/**
 * The file format of a run: one line of JSON for its start, one for each step, and one for its end.
 *
 * @module
 */

import { parseRecord } from './record-shape.ts';
import type { DataReport } from '../tasks/_data-report.ts';
import type { RunConfig } from './run-config.ts';

/** The version of the format, stored in the first line of every run. */
export const RECORD_VERSION = 2;

/** Where a run was executed. Equal environments and configurations produce equal records, except for times. */
export interface Environment {
  readonly gradclip: string;
  /** A digest of the code of the lab and the library, where it can be read. */
  readonly code?: string;
  readonly tfjs: string;
  readonly backend: string;
  /** Whether the kernels of the wasm backend were repaired (`gradclip/wasm`). */
  readonly repaired: boolean;
  /** Whether recurrent layers were replaced by the fused layers of `gradclip/recurrent`, which compute the same numbers. */
  readonly fused?: boolean;
  /** The runtime with its version: `node 20.20.2`. */
  readonly runtime: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
}

/** The first line of a run. */
export interface StartRecord {
  readonly type: 'start';
  readonly version: typeof RECORD_VERSION;
  readonly id: string;
  readonly config: RunConfig;
  readonly environment: Environment;
  /** The metric's name and direction, and the score of a predictor that learns nothing. */
  readonly metric: { readonly name: string; readonly better: 'lower' | 'higher'; readonly baseline: number };
  /** The unit of `loss` in the step records. */
  readonly loss: string;
  /** What the task read from its data; absent for tasks that generate it. */
  readonly dataReport?: DataReport;
}

/** One training step. */
export interface StepLine {
  readonly type: 'step';
  /** Counts from 0. */
  readonly step: number;
  readonly loss: number;
  /** ‖g‖₂ over all gradients before clipping. */
  readonly normBefore: number;
  /** ‖g‖₂ over all gradients after clipping. */
  readonly normAfter: number;
  readonly clipped: boolean;
  readonly skipped: boolean;
  /** The limit on ‖g‖₂ at this step, if the strategy has one and it is known. */
  readonly threshold?: number;
  readonly ms: number;
}

/** The last line of a run; a file without it contains an interrupted run. */
export interface EndRecord {
  readonly type: 'end';
  readonly outcome: 'finished' | 'diverged';
  /** The step at which a diverged run was stopped. */
  readonly divergedAt?: number;
  /** The metric on the validation data, which chooses settings; not finite if the loss was not finite. */
  readonly validation: number;
  /** The metric on the test data, which is reported. A tuning run is not scored on them: its value is NaN. */
  readonly test: number;
  /** The standard error of `test` that comes from the choice of the test examples. */
  readonly testError: number;
  /** The metric on a part of the training data that is as large as the test data, of runs with `keepBestEvery`. */
  readonly training?: number;
  /** The number of steps after which the validation score was best, of runs with `keepBestEvery`. */
  readonly bestStep?: number;
  /** Text that the trained model writes, for tasks with text. */
  readonly sample?: string;
  readonly steps: number;
  readonly ms: number;
}

/** Any line of a run. */
export type RunRecord = StartRecord | StepLine | EndRecord;

/** A complete run. */
export interface Run {
  readonly start: StartRecord;
  readonly steps: readonly StepLine[];
  readonly end: EndRecord;
}

/** Formats a record as one line of JSON, without a line break. NaN and infinities become strings, because JSON has neither. */
export function toLine(record: RunRecord): string {
  return JSON.stringify(record, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}

/** Thrown for a line that is not a valid record; the message begins with the line number. */
export class CorruptRecord extends Error {
  override readonly name = 'CorruptRecord';
}

/**
 * Reads the lines of one run.
 *
 * @returns the run, or undefined if it was interrupted and its end is missing
 * @throws CorruptRecord with the number of the invalid line
 */
export function readRun(text: string): Run | undefined {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const records = lines.map((line, index) => parseLine(line, index + 1));
  const [start, ...rest] = records;
  if (start === undefined) return undefined;
  if (start.type !== 'start') throw new CorruptRecord('line 1: expected a `start` record');
  if (start.version !== RECORD_VERSION) {
    throw new CorruptRecord(`line 1: version ${String(start.version)}; this program reads version ${RECORD_VERSION}`);
  }
  const steps: StepLine[] = [];
  for (const [index, record] of rest.entries()) {
    const line = `line ${index + 2}`;
    if (record.type === 'step' && record.step === index) steps.push(record);
    else if (record.type === 'end' && index === rest.length - 1) {
      if (record.steps === index) return { start, steps, end: record };
      throw new CorruptRecord(`${line}: the run has ${record.steps} steps, but the file contains ${index}`);
    } else throw new CorruptRecord(`${line}: expected step ${index}, found ${describe(record)}`);
  }
  return undefined;
}

function describe(record: RunRecord): string {
  return record.type === 'step' ? `step ${record.step}` : `a \`${record.type}\` record`;
}

function parseLine(line: string, lineNumber: number): RunRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new CorruptRecord(`line ${lineNumber}: not valid JSON`);
  }
  if (isPlainStep(value)) return value;
  const result = parseRecord(value);
  if ('fault' in result) throw new CorruptRecord(`line ${lineNumber}: ${result.fault}`);
  return result.record as RunRecord;
}

/**
 * Whether a value is a step whose numbers are all finite, as nearly all lines of a run are. The schema takes ten times as
 * long to say the same.
 */
function isPlainStep(value: unknown): value is StepLine {
  const { type, step, loss, normBefore, normAfter, clipped, skipped, threshold, ms } = (value ?? {}) as StepLine;
  return (
    type === 'step' &&
    typeof step === 'number' &&
    typeof loss === 'number' &&
    typeof normBefore === 'number' &&
    typeof normAfter === 'number' &&
    typeof clipped === 'boolean' &&
    typeof skipped === 'boolean' &&
    (threshold === undefined || typeof threshold === 'number') &&
    typeof ms === 'number'
  );
}
