import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { ClippingError } from 'gradclip';
import { accelerate, allowRelaxedSimd } from 'gradclip/recurrent';
import { repairWasmBackend } from 'gradclip/wasm';
import { builtIn, type Catalogue } from '../catalogue/catalogue.ts';
import type { EndRecord, RunRecord } from '../run/record.ts';
import { run } from '../run/run.ts';
import { sha256, type RunConfig } from '../run/run-config.ts';
import type { Problem, Task } from '../tasks/_task.ts';
import { loadData } from './data/load-data.ts';
import { BACKEND, currentEnvironment } from './environment.ts';
import { ResultsFolder } from './results-folder.ts';
import { silenceOrthogonalWarning } from './silence-warning.ts';

/** Where the data of a run comes from; the task's own data if both are absent. */
export interface DataSource {
  /** The value of `--data`. */
  readonly data?: string;
  /** A file with the text that another machine read from its `--data`. */
  readonly textFile?: string;
}

/** A run to execute, and the folder for its records. */
export interface Job extends DataSource {
  readonly id: string;
  readonly config: RunConfig;
  readonly out: string;
  /** Skips the run, for now, if another program is already executing it. */
  readonly skipIfRunning?: boolean;
}

let isBackendRepaired = false;
const cachedProblems = new WeakMap<Task, Map<string, Promise<Problem>>>();

/**
 * Trains one run on this thread and writes its records.
 *
 * @param onStep receives the number of completed steps
 * @returns the end of the run, read from disk if it is already finished; undefined if another program is executing it
 */
export async function executeRun(job: Job, onStep: (done: number) => void): Promise<EndRecord | undefined> {
  const { id, config, out, skipIfRunning } = job;
  const folder = new ResultsFolder(out);
  if (folder.hasRun(id)) return folder.readRun(id).end;
  if (skipIfRunning && folder.isBeingWritten(id)) return undefined;
  let end: EndRecord | undefined;
  for await (const record of folder.writeRun(id, trainRun(config, builtIn, job))) {
    if (record.type === 'step') onStep(record.step + 1);
    if (record.type === 'end') end = record;
  }
  return end;
}

/** Trains a run on this thread and yields its records. */
export async function* trainRun(
  config: RunConfig,
  catalogue: Catalogue,
  source: DataSource,
): AsyncGenerator<RunRecord, void, undefined> {
  await prepareBackend();
  const task = catalogue.task(config.task);
  yield* run(config, {
    task,
    problem: await loadProblem(task, config, source),
    cell: catalogue.cell(config.cell),
    optimizer: catalogue.optimizer(config.optimizer),
    strategy: catalogue.strategy(config.strategy),
    environment: currentEnvironment(),
    faster: accelerateModel,
  });
}

/** Replaces recurrent layers by fused ones; returns the model unchanged if none can be fused. */
function accelerateModel(model: tf.LayersModel): tf.LayersModel {
  try {
    return accelerate(model);
  } catch (error) {
    if (error instanceof ClippingError && ['not-fusable', 'not-recurrent'].includes(error.code)) return model;
    throw error;
  }
}

async function prepareBackend(): Promise<void> {
  if (!isBackendRepaired) {
    silenceOrthogonalWarning();
    repairWasmBackend();
    // Records of different machines must agree to the last bit.
    allowRelaxedSimd(false);
    isBackendRepaired = true;
  }
  if (!(await tf.setBackend(BACKEND))) throw new Error(`The ${BACKEND} backend of TensorFlow.js could not be started.`);
}

/** Prepares a problem once per thread, because encoding a book takes longer than some runs. */
function loadProblem(task: Task, { settings, data: dataId }: RunConfig, source: DataSource): Promise<Problem> {
  const cache = cachedProblems.get(task) ?? new Map<string, Promise<Problem>>();
  cachedProblems.set(task, cache);
  const key = JSON.stringify([settings, dataId]);
  const problem = cache.get(key) ?? prepareProblem(task, settings, dataId, source);
  cache.set(key, problem);
  return problem;
}

async function prepareProblem(
  task: Task,
  settings: RunConfig['settings'],
  dataId: string,
  { data, textFile }: DataSource,
): Promise<Problem> {
  if (textFile !== undefined) {
    const text = readFileSync(textFile, 'utf8');
    if (!dataId.endsWith(`sha256:${await sha256(text)}`)) {
      throw new Error(`The data of \`${task.id}\` was corrupted in transfer.`);
    }
    return task.prepare(text, settings);
  }
  const { id, text } = await loadData(task, data);
  if (id !== dataId) throw new Error(`The data of \`${task.id}\` changed while it was in use.`);
  return task.prepare(text, settings);
}
