import { readFileSync } from 'node:fs';
import { setImmediate, setTimeout } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { ClippingError } from 'gradclip';
import { accelerate, allowRelaxedSimd } from 'gradclip/recurrent';
import { repairWasmBackend } from 'gradclip/wasm';
import { builtIn, type Catalogue } from '../catalogue/catalogue.ts';
import type { EndRecord, RunRecord } from '../run/record.ts';
import { run, type PredictionLine, type RunParts } from '../run/run.ts';
import { sha256, type RunConfig } from '../run/run-config.ts';
import type { Problem, Task } from '../tasks/_task.ts';
import { loadData } from './data/load-data.ts';
import { findSharedText } from './data/shared-text.ts';
import { BACKEND, currentEnvironment } from './environment.ts';
import { usePlugin } from './plugin.ts';
import { ResultsFolder } from './results-folder.ts';
import { WriteError } from './write-error.ts';
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
  /** The path of the plugin that provides some of the parts. */
  readonly plugin?: string;
  /** Skips the run, for now, if another program is already executing it. */
  readonly skipIfRunning?: boolean;
  /** Writes what the run predicts on the test data to `predictions/<id>.jsonl`. */
  readonly savePredictions?: boolean;
}

/** The end of a run, or the message of the error that it threw. */
export type RunResult = EndRecord | { readonly type: 'failed'; readonly reason: string };

let isBackendRepaired = false;
const cachedProblems = new WeakMap<Task, Map<string, Promise<Problem>>>();

/** Computations without a pause are at most this long, so that timers, signals and connections are served. */
const MAX_BLOCKED_MS = 50;

/** How often a run that another program executes is looked at. */
const WATCH_INTERVAL_MS = 250;

/**
 * Trains one run on this thread and writes its records, or the reason why it failed.
 *
 * If another program is executing the run, this waits for its result and trains only if that program stops.
 *
 * @param onStep receives the number of completed steps
 * @param signal interrupts the run before its next step
 * @returns the result, read from disk if the run is already finished; undefined if it is postponed or interrupted
 */
export async function executeRun(
  job: Job,
  onStep: (done: number) => void,
  signal?: AbortSignal,
): Promise<RunResult | undefined> {
  const { id, config, out, skipIfRunning } = job;
  const folder = new ResultsFolder(out);
  while (!folder.hasRun(id) && folder.isBeingWritten(id)) {
    if (skipIfRunning || signal?.aborted) return undefined;
    await setTimeout(WATCH_INTERVAL_MS);
  }
  if (folder.hasRun(id)) return folder.readRun(id).end;
  try {
    const plugin = await usePlugin(job.plugin);
    if (plugin?.digest !== config.plugin)
      throw new Error('The plugin differs from the one that the run was planned with.');
    const save = (lines: readonly PredictionLine[]): void => folder.writePredictions(id, lines);
    const training = trainRun(config, builtIn, job, job.savePredictions ? save : undefined);
    for await (const record of folder.writeRun(id, training)) {
      if (record.type === 'end') return record;
      if (record.type === 'step') onStep(record.step + 1);
      if (signal?.aborted) return undefined;
    }
    throw new Error('The run has no end.');
  } catch (error) {
    if (error instanceof WriteError) throw error;
    const reason = (error as Error).message;
    folder.writeFailure({ id, config, reason });
    return { type: 'failed', reason };
  }
}

/** Starts the backend and prepares the objects that a configuration names. */
export async function prepareRun(config: RunConfig, catalogue: Catalogue, source: DataSource): Promise<RunParts> {
  await prepareBackend();
  const task = catalogue.task(config.task);
  return {
    task,
    problem: await loadProblem(task, config, source),
    cell: catalogue.cell(config.cell),
    optimizer: catalogue.optimizer(config.optimizer),
    strategy: catalogue.strategy(config.strategy),
    environment: currentEnvironment(),
    faster: accelerateModel,
  };
}

/** Trains a run on this thread and yields its records. */
export async function* trainRun(
  config: RunConfig,
  catalogue: Catalogue,
  source: DataSource,
  onPredictions?: RunParts['onPredictions'],
): AsyncGenerator<RunRecord, void, undefined> {
  const parts = await prepareRun(config, catalogue, source);
  const records = run(config, { ...parts, ...(onPredictions && { onPredictions }) });
  let lastPause = performance.now();
  for await (const record of records) {
    yield record;
    // Training itself waits for promises only, which lets no timer and no signal in.
    if (performance.now() - lastPause < MAX_BLOCKED_MS) continue;
    await setImmediate();
    lastPause = performance.now();
  }
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
  const shared = findSharedText(task.id, dataId);
  if (shared && task.prepareCodePoints) return task.prepareCodePoints(shared, settings);
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
