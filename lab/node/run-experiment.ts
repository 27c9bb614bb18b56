import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { createCatalogue, findExperiment, type Catalogue } from '../catalogue/catalogue.ts';
import { createLabContainer, type Container } from '../catalogue/container.ts';
import { digestRun, type RunDigest } from '../analysis/digest.ts';
import type { Experiment, Grid } from '../experiments/_experiment.ts';
import { LabError } from '../errors.ts';
import type { Run, RunRecord } from '../run/record.ts';
import type { PredictionLine } from '../run/run.ts';
import { trainRun } from './execute-run.ts';
import { executeRuns, type RunListener } from './execute-runs.ts';
import { preparePlan } from './plan-runs.ts';
import type { PlannedRun } from './plan.ts';
import { currentPlugin } from './plugin.ts';
import { describeRun } from './progress.ts';
import { ResultsFolder } from './results-folder.ts';

/** Options of `runExperiment`. */
export interface RunExperimentOptions {
  /** Provides tasks, cells, optimizers and strategies by id; by default those of the lab. */
  readonly container?: Container;
  /** A file that replaces the tasks' own data. */
  readonly data?: string;
  /** A folder for the records; finished runs in it are read instead of trained again. */
  readonly out?: string;
  /** Ends the stream before the next record when it aborts. */
  readonly signal?: AbortSignal;
  /**
   * The number of worker threads; 0 trains on this thread. The records of a run then arrive together, when it has ended.
   * Threads load their own parts, so a number above 0 excludes `container`. Default: 0
   */
  readonly workers?: number;
  /** Writes what each finished run predicts on the test data to `predictions/<id>.jsonl` in `out`. Default: false */
  readonly savePredictions?: boolean;
}

/**
 * Trains every combination in a grid and yields the records as they arrive.
 *
 * Each run yields a `start` record, a `step` record for each training step, and an `end` record. Runs use the wasm
 * backend with the repaired kernels of `gradclip/wasm`; the previous backend is restored at the end.
 *
 * @param experiment an experiment, the id of a built-in experiment, or a grid
 * @throws LabError or ClippingError before the first record, for an unknown name, a number out of range, or invalid data
 * @throws Error that names the first run that failed; with workers after all others have ended
 *
 * @example
 * ```ts
 * import { runExperiment } from 'gradclip-lab';
 *
 * for await (const record of runExperiment('quick', { out: 'results' })) {
 *   if (record.type === 'end') console.log(record.outcome, record.test);
 * }
 * ```
 */
export async function* runExperiment(
  experiment: string | Experiment | Grid,
  options: RunExperimentOptions = {},
): AsyncGenerator<RunRecord, void, undefined> {
  const { container, data, workers = 0, savePredictions = false } = options;
  if (savePredictions && options.out === undefined)
    throw new LabError('`runExperiment` needs `out` for `savePredictions`.');
  if (container !== undefined && workers > 0)
    throw new LabError('`runExperiment` takes `container` or `workers`, because threads cannot share a container.');
  const catalogue = createCatalogue(container ?? createLabContainer());
  const resolved = typeof experiment === 'string' ? findExperiment(experiment) : experiment;
  const planStage = await preparePlan('grid' in resolved ? resolved.grid : resolved, catalogue, data);
  const temporary = workers > 0 && options.out === undefined ? mkdtempSync(join(tmpdir(), 'gradclip-lab-')) : undefined;
  const out = options.out ?? temporary;
  const folder = out === undefined ? undefined : new ResultsFolder(out);
  folder?.assertWritable();

  const previousBackend = tf.getBackend();
  try {
    const digests = new Map<string, RunDigest>();
    for (let isLast = false; !isLast;) {
      const stage = await planStage((id) => digests.get(id));
      isLast = stage.isLast;
      const pending = stage.runs.filter((run) => !digests.has(run.id));
      const streams =
        workers > 0 && folder !== undefined
          ? runOnThreads(pending, folder, workers, options)
          : runHere(pending, folder, catalogue, options);
      for await (const records of streams) {
        const lines: RunRecord[] = [];
        for await (const record of records) {
          if (options.signal?.aborted) return;
          lines.push(record);
          yield record;
        }
        const run = toRun(lines);
        digests.set(run.start.id, digestRun(run));
      }
      if (options.signal?.aborted) return;
    }
  } finally {
    // Undefined if tfjs has not computed anything yet.
    if (previousBackend) await tf.setBackend(previousBackend);
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}

/** The records of one run. */
type Records = Iterable<RunRecord> | AsyncIterable<RunRecord>;

function* runHere(
  pending: readonly PlannedRun[],
  folder: ResultsFolder | undefined,
  catalogue: Catalogue,
  { data, savePredictions }: RunExperimentOptions,
): Generator<Records> {
  for (const { id, config } of pending) {
    const save = (lines: readonly PredictionLine[]): void => folder?.writePredictions(id, lines);
    const training = trainRun(
      config,
      catalogue,
      data === undefined ? {} : { data },
      savePredictions ? save : undefined,
    );
    yield folder?.hasRun(id) ? replayRun(folder.readRun(id)) : (folder?.writeRun(id, training) ?? training);
  }
}

/** Executes runs on threads, and yields their records as they end. */
async function* runOnThreads(
  pending: readonly PlannedRun[],
  folder: ResultsFolder,
  workers: number,
  { data, signal, savePredictions = false }: RunExperimentOptions,
): AsyncGenerator<Records> {
  const stop = new AbortController();
  const plugin = currentPlugin()?.path;
  const shared = {
    out: folder.path,
    savePredictions,
    ...(data === undefined ? {} : { data }),
    ...(plugin === undefined ? {} : { plugin }),
  };
  const ended: string[] = [];
  const failures: string[] = [];
  let wake = (): void => undefined;
  const listener: RunListener = {
    onSteps: () => undefined,
    onEnd: ({ id }) => {
      ended.push(id);
      wake();
    },
    onFailure: (job, reason) => failures.push(`${describeRun(job)}: ${reason}`),
  };
  const jobs = pending.map((run) => ({ ...run, ...shared }));
  const signals = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]);
  let isDone = false;
  const done = executeRuns(jobs, workers, listener, signals).finally(() => {
    isDone = true;
    wake();
  });
  // Awaited below; a rejection before that is not unhandled.
  done.catch(() => undefined);
  try {
    while (!isDone || ended.length > 0) {
      const id = ended.shift();
      if (id !== undefined) yield replayRun(folder.readRun(id));
      else if (!isDone) await new Promise<void>((resolve) => (wake = resolve));
    }
    await done;
    if (failures.length > 0) throw new Error(`A run failed: ${failures[0]}`);
  } finally {
    stop.abort();
    await done.catch(() => undefined);
  }
}

function* replayRun({ start, steps, end }: Run): Generator<RunRecord> {
  yield start;
  yield* steps;
  yield end;
}

function toRun([start, ...rest]: readonly RunRecord[]): Run {
  return { start, steps: rest.slice(0, -1), end: rest.at(-1) } as Run;
}
