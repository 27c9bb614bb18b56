import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { ClippingError } from 'gradclip';
import { accelerate } from 'gradclip/recurrent';
import { repairWasmBackend } from 'gradclip/wasm';
import { builtIn, type Catalogue } from '../catalogue.ts';
import type { EndRecord, RunRecord } from '../record.ts';
import { run } from '../run.ts';
import { sha256, type RunConfig } from '../run-config.ts';
import type { Problem, Task } from '../task.ts';
import { dataOf } from './data.ts';
import { BACKEND, environmentHere } from './environment.ts';
import { ResultsFolder } from './folder.ts';
import { withoutSlownessWarning } from './quiet.ts';

/** Where a run's data lies, unless it is the task's own. */
export interface OwnData {
  /** The user's own data, as the command line names it. */
  readonly data?: string;
  /** A file with the text of the user's own data, as it was read from `data` on another machine. */
  readonly text?: string;
}

/** A run to be done here, and where its records go. */
export interface Job extends OwnData {
  readonly id: string;
  readonly config: RunConfig;
  readonly out: string;
  /** Leave the run alone, for now, where another program seems to be doing it. */
  readonly yielding?: boolean;
}

let repaired = false;
const problems = new WeakMap<Task, Map<string, Promise<Problem>>>();

/**
 * Trains one run on this thread and files its records; `onStep` is told how many steps are done.
 *
 * @returns how the run ended, from the disk where it was done meanwhile; undefined where another program is doing it
 */
export async function execute(job: Job, onStep: (done: number) => void): Promise<EndRecord | undefined> {
  const { id, config, out, yielding } = job;
  const folder = new ResultsFolder(out);
  if (folder.has(id)) return folder.read(id).end;
  if (yielding && folder.isUnderWay(id)) return undefined;
  let end: EndRecord | undefined;
  for await (const record of folder.filed(id, recordsOf(config, builtIn, job))) {
    if (record.type === 'step') onStep(record.step + 1);
    if (record.type === 'end') end = record;
  }
  return end;
}

/** Trains a run on this thread, and yields its records. */
export async function* recordsOf(
  config: RunConfig,
  catalogue: Catalogue,
  data: OwnData,
): AsyncGenerator<RunRecord, void, undefined> {
  await prepareBackend();
  const task = catalogue.task(config.task);
  yield* run(config, {
    task,
    problem: await problemOf(task, config, data),
    cell: catalogue.cell(config.cell),
    optimizer: catalogue.optimizer(config.optimizer),
    strategy: catalogue.strategy(config.strategy),
    environment: environmentHere(),
    faster: fused,
  });
}

/** The model with its recurrent layers fused; as it is, where none of them can be. */
function fused(model: tf.LayersModel): tf.LayersModel {
  try {
    return accelerate(model);
  } catch (error) {
    if (error instanceof ClippingError && ['not-fusable', 'not-recurrent'].includes(error.code)) return model;
    throw error;
  }
}

async function prepareBackend(): Promise<void> {
  if (!repaired) {
    withoutSlownessWarning();
    repairWasmBackend();
    repaired = true;
  }
  if (!(await tf.setBackend(BACKEND))) throw new Error(`The ${BACKEND} backend of TensorFlow.js could not be started.`);
}

/** Reading and encoding a book takes longer than some runs, so a thread does it once. */
function problemOf(task: Task, { settings, data: expected }: RunConfig, source: OwnData): Promise<Problem> {
  const known = problems.get(task) ?? new Map<string, Promise<Problem>>();
  problems.set(task, known);
  const key = JSON.stringify([settings, expected]);
  const problem = known.get(key) ?? prepared(task, settings, expected, source);
  known.set(key, problem);
  return problem;
}

async function prepared(
  task: Task,
  settings: RunConfig['settings'],
  expected: string,
  { data, text }: OwnData,
): Promise<Problem> {
  if (text !== undefined) {
    const carried = readFileSync(text, 'utf8');
    if (!expected.endsWith(`sha256:${await sha256(carried)}`)) {
      throw new Error(`The data of \`${task.id}\` was damaged on its way here.`);
    }
    return task.prepare(carried, settings);
  }
  const found = await dataOf(task, data);
  if (found.id !== expected) throw new Error(`The data of \`${task.id}\` changed while it was in use.`);
  return task.prepare(found.text, settings);
}
