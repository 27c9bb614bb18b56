/**
 * What the tasks share that make their own data without end: fresh sequences for every step, and a fixed set of
 * others to be scored on.
 *
 * @module
 */

import type { Dataset } from './_task.ts';

/** The data of a task that makes its own. */
export const GENERATED: Dataset = {
  id: 'generated',
  title: 'generated from the seed',
  licence: 'none needed',
  url: 'https://www.npmjs.com/package/gradclip-lab',
};

/** Sequences that are scored. */
const VALIDATION_ROWS = 1000;

const VALIDATION_BATCH = 100;

/** No run has this seed, so nothing that is scored was trained on but by coincidence. */
const VALIDATION_SEED = 1_000_003;

/** The validation set, the same for every run: `make` is given the rows to make and two seeds. */
export function* validationBatches<Rows>(make: (rows: number, ...seeds: readonly number[]) => Rows): Generator<Rows> {
  for (let row = 0; row < VALIDATION_ROWS; row += VALIDATION_BATCH) yield make(VALIDATION_BATCH, VALIDATION_SEED, row);
}
