import * as tf from '@tensorflow/tfjs';
import { createCatalogue, findExperiment } from '../catalogue/catalogue.ts';
import { createLabContainer, type Container } from '../catalogue/container.ts';
import { digestRun, type RunDigest } from '../analysis/digest.ts';
import type { Experiment, Grid } from '../experiments/_experiment.ts';
import type { Run, RunRecord } from '../run/record.ts';
import { trainRun } from './execute-run.ts';
import { preparePlan } from './plan-runs.ts';
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
}

/**
 * Trains every combination in a grid on this thread and yields the records as they arrive.
 *
 * Each run yields a `start` record, a `step` record for each training step, and an `end` record. Runs use the wasm
 * backend with the repaired kernels of `gradclip/wasm`; the previous backend is restored at the end.
 *
 * @param experiment an experiment, the id of a built-in experiment, or a grid
 * @throws LabError or ClippingError before the first record, for an unknown name, a number out of range, or invalid data
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
  { container = createLabContainer(), data, out, signal }: RunExperimentOptions = {},
): AsyncGenerator<RunRecord, void, undefined> {
  const catalogue = createCatalogue(container);
  const resolved = typeof experiment === 'string' ? findExperiment(experiment) : experiment;
  const planStage = await preparePlan('grid' in resolved ? resolved.grid : resolved, catalogue, data);
  const folder = out === undefined ? undefined : new ResultsFolder(out);
  folder?.assertWritable();

  const previousBackend = tf.getBackend();
  try {
    const digests = new Map<string, RunDigest>();
    for (let isLast = false; !isLast;) {
      const stage = await planStage((id) => digests.get(id));
      isLast = stage.isLast;
      for (const { id, config } of stage.runs.filter((run) => !digests.has(run.id))) {
        const training = trainRun(config, catalogue, data === undefined ? {} : { data });
        const records = folder?.hasRun(id)
          ? replayRun(folder.readRun(id))
          : (folder?.writeRun(id, training) ?? training);
        const lines: RunRecord[] = [];
        for await (const record of records) {
          if (signal?.aborted) return;
          lines.push(record);
          yield record;
        }
        digests.set(id, digestRun(toRun(lines)));
      }
    }
  } finally {
    // Undefined if tfjs has not computed anything yet.
    if (previousBackend) await tf.setBackend(previousBackend);
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
