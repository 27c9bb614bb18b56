/**
 * Data of the tasks that generate it: new sequences for every step, and a fixed validation set.
 *
 * @module
 */

import type { Dataset } from './_task.ts';

/** The dataset of a task that generates its data. */
export const GENERATED: Dataset = {
  id: 'generated',
  title: 'generated from the seed',
  licence: 'none needed',
  url: 'https://www.npmjs.com/package/gradclip-lab',
};

const VALIDATION_ROWS = 1000;

const VALIDATION_BATCH = 100;

/** A seed that no run may have, so that validation sequences are trained on only by coincidence. */
const VALIDATION_SEED = 1_000_003;

/** Generates the validation set, the same for every run. `generate` receives the number of rows and two seeds. */
export function* generateValidationBatches<Rows>(
  generate: (rows: number, ...seeds: readonly number[]) => Rows,
): Generator<Rows> {
  for (let row = 0; row < VALIDATION_ROWS; row += VALIDATION_BATCH)
    yield generate(VALIDATION_BATCH, VALIDATION_SEED, row);
}
