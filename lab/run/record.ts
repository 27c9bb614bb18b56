/**
 * What a run leaves behind: one line of JSON each for its beginning, every step, and its end.
 *
 * @module
 */

import { faultIn } from './record-shape.ts';
import type { RunConfig } from './run-config.ts';

/** The version of the format, in every run's first line. */
export const RECORD_VERSION = 1;

/** Where a run was computed. Equal environments and configurations give equal records but for times. */
export interface Environment {
  readonly gradclip: string;
  readonly tfjs: string;
  readonly backend: string;
  /** Whether the kernels of the wasm backend were repaired (`gradclip/wasm`). */
  readonly repaired: boolean;
  /** Whether recurrent layers were replaced by the fused ones of `gradclip/recurrent`, which give the same numbers. */
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
  /** The metric's name and direction, and what a predictor that learns nothing scores. */
  readonly metric: { readonly name: string; readonly better: 'lower' | 'higher'; readonly baseline: number };
  /** The unit of `loss` in the lines that follow. */
  readonly loss: string;
}

/** One training step. */
export interface StepLine {
  readonly type: 'step';
  /** Counts from 0. */
  readonly step: number;
  readonly loss: number;
  /** ‖g‖₂ over all gradients before the strategy. */
  readonly normBefore: number;
  /** The same, after it. */
  readonly normAfter: number;
  readonly clipped: boolean;
  readonly skipped: boolean;
  /** The limit on ‖g‖₂ in force at this step, where the strategy has one and it is known. */
  readonly threshold?: number;
  readonly ms: number;
}

/** The last line of a run; a file without it holds a run that was broken off. */
export interface EndRecord {
  readonly type: 'end';
  readonly outcome: 'finished' | 'diverged';
  /** The step at which a diverged run was stopped. */
  readonly divergedAt?: number;
  /** The metric on validation data, of the weights at the end; not finite where the loss was not. */
  readonly metric: number;
  readonly steps: number;
  readonly ms: number;
}

/** Any line of a run. */
export type RunRecord = StartRecord | StepLine | EndRecord;

/** A whole run, read back. */
export interface Run {
  readonly start: StartRecord;
  readonly steps: readonly StepLine[];
  readonly end: EndRecord;
}

/** A record as a line of JSON without its line break. JSON has no NaN and no infinities, so these become strings. */
export function toLine(record: RunRecord): string {
  return JSON.stringify(record, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}

/** A line that is no record, by its place in the file. */
export class CorruptRecord extends Error {
  override readonly name = 'CorruptRecord';
}

/**
 * Reads the lines of one run.
 *
 * @returns the run, or undefined where the end is missing because the run was broken off
 * @throws CorruptRecord naming the line
 */
export function readRun(text: string): Run | undefined {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const records = lines.map((line, index) => parsed(line, index + 1));
  const [start, ...rest] = records;
  if (start === undefined) return undefined;
  if (start.type !== 'start') throw new CorruptRecord('line 1: a run begins with a `start` record');
  if (start.version !== RECORD_VERSION) {
    throw new CorruptRecord(`line 1: version ${String(start.version)}; this program reads version ${RECORD_VERSION}`);
  }
  const steps: StepLine[] = [];
  for (const [index, record] of rest.entries()) {
    const line = `line ${index + 2}`;
    if (record.type === 'step' && record.step === index) steps.push(record);
    else if (record.type === 'end' && index === rest.length - 1) {
      if (record.steps === index) return { start, steps, end: record };
      throw new CorruptRecord(`${line}: the run took ${record.steps} steps, and ${index} are here`);
    } else throw new CorruptRecord(`${line}: expected step ${index}, found ${described(record)}`);
  }
  return undefined;
}

function described(record: RunRecord): string {
  return record.type === 'step' ? `step ${record.step}` : `a \`${record.type}\` record`;
}

function parsed(line: string, place: number): RunRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new CorruptRecord(`line ${place}: not JSON`);
  }
  const fault = faultIn(value);
  if (fault !== undefined) throw new CorruptRecord(`line ${place}: ${fault}`);
  return value as RunRecord;
}
