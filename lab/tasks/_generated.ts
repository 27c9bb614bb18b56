/**
 * Data of the tasks that generate it: new sequences for every step, and fixed sets for validation and test.
 *
 * @module
 */

import type { KeyPart } from '../random.ts';
import type { Dataset, Part } from './_task.ts';

/** The dataset of a task that generates its data. */
export const GENERATED: Dataset = {
  id: 'generated',
  title: 'generated from the seed',
  licence: 'none needed',
  url: 'https://www.npmjs.com/package/gradclip-lab',
};

const ROWS = 1000;

const BATCH = 100;

/** Generates the validation or test set, the same for every run. `generate` receives the number of rows and a random key. */
export function* generateBatches<Rows>(
  part: Part,
  generate: (rows: number, ...key: readonly KeyPart[]) => Rows,
): Generator<Rows> {
  for (let row = 0; row < ROWS; row += BATCH) yield generate(BATCH, part, row);
}
