import * as tf from '@tensorflow/tfjs';
import { catalogueOf, experimentOf } from '../catalogue.ts';
import { createLabContainer, type Container } from '../container.ts';
import type { Experiment, Grid } from '../experiment.ts';
import type { Run, RunRecord } from '../record.ts';
import { recordsOf } from './execute.ts';
import { ResultsFolder } from './folder.ts';
import { planRuns } from './plan-runs.ts';

/** How `runExperiment` runs. */
export interface RunExperimentOptions {
  /** Where tasks, cells, optimizers and strategies are found by their ids; the lab's own where not given. */
  readonly container?: Container;
  /** The user's own data instead of the tasks' own. */
  readonly data?: string;
  /** A folder that keeps the records; what is finished in it is read from there and not trained again. */
  readonly out?: string;
  /** Ends the stream before the next record. */
  readonly signal?: AbortSignal;
}

/**
 * Trains every combination of a grid on this thread, and yields the records as they come.
 *
 * Every run is a `start` record, a `step` record for each training step, and an `end` record. Runs on the wasm
 * backend with the repaired kernels of `gradclip/wasm`; the backend of before is set again at the end.
 *
 * @param experiment an experiment, the id of one of the lab's, or a grid
 * @throws LabError or ClippingError before the first record, for a name that is not known, a number out of range, or
 * data that cannot be used
 *
 * @example
 * ```ts
 * import { runExperiment } from 'gradclip-lab';
 *
 * for await (const record of runExperiment('quick', { out: 'results' })) {
 *   if (record.type === 'end') console.log(record.outcome, record.metric);
 * }
 * ```
 */
export async function* runExperiment(
  experiment: string | Experiment | Grid,
  { container = createLabContainer(), data, out, signal }: RunExperimentOptions = {},
): AsyncGenerator<RunRecord, void, undefined> {
  const catalogue = catalogueOf(container);
  const named = typeof experiment === 'string' ? experimentOf(experiment) : experiment;
  const runs = await planRuns('grid' in named ? named.grid : named, catalogue, data);
  const folder = out === undefined ? undefined : new ResultsFolder(out);
  folder?.open();

  const backend = tf.getBackend();
  try {
    for (const { id, config } of runs) {
      const trained = recordsOf(config, catalogue, data === undefined ? {} : { data });
      const records = folder?.has(id) ? kept(folder.read(id)) : (folder?.filed(id, trained) ?? trained);
      for await (const record of records) {
        if (signal?.aborted) return;
        yield record;
      }
    }
  } finally {
    // Undefined where nothing had been computed before.
    if (backend) await tf.setBackend(backend);
  }
}

function* kept({ start, steps, end }: Run): Generator<RunRecord> {
  yield start;
  yield* steps;
  yield end;
}
