import { add, concat, keep, max, mul, reshape, slice, sub, tidy, type Tensor1D } from '@tensorflow/tfjs-core';
import { ClippingError } from '../core/errors.ts';

/**
 * Counts the steps in a row whose gradients were not finite, and gives up at a limit.
 *
 * Where only the device knows, the count stays there, and is read every `limit` steps, off the step.
 */
export class GiveUp {
  readonly #limit: number;
  #inARow = 0;
  #latest: OnDevice | undefined;
  #sinceRead = 0;
  #isReading = false;
  #failure: ClippingError | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Counts a step whose flags the host knows.
   *
   * @throws ClippingError `non-finite` at the limit.
   */
  count(nonFinite: readonly string[], step: number): void {
    this.#inARow = nonFinite.length === 0 ? 0 : this.#inARow + 1;
    if (this.#inARow >= this.#limit) throw tooMany(this.#inARow, step, nonFinite);
  }

  /**
   * Counts a step whose flags are on the device: `finite` is 1 where a variable's gradient was finite.
   *
   * @throws ClippingError `non-finite` when an earlier step reached the limit.
   */
  countOnDevice(variables: readonly string[], finite: Tensor1D, step: number): void {
    if (this.#failure !== undefined) {
      const failure = this.#failure;
      this.#failure = undefined;
      throw failure;
    }
    if (!Number.isFinite(this.#limit) || variables.length === 0) return;
    const before = this.#latest?.counts;
    const counts = tidy(() => {
      const bad = sub(1, finite);
      const any = reshape(max(bad), [1]);
      const inARow = before === undefined ? any : mul(add(slice(before, 0, 1), 1), any);
      return keep(concat([inARow, bad]) as Tensor1D);
    });
    before?.dispose();
    this.#latest = { counts, variables, step };
    this.#sinceRead += 1;
    if (this.#sinceRead < this.#limit || this.#isReading) return;
    this.#sinceRead = 0;
    this.#isReading = true;
    void this.#read().finally(() => {
      this.#isReading = false;
    });
  }

  /** Frees what is on the device. */
  dispose(): void {
    this.#latest?.counts.dispose();
    this.#latest = undefined;
  }

  async #read(): Promise<void> {
    // Not in the step itself, which goes on; by then there may be later steps, and their count is the better one.
    await Promise.resolve();
    if (this.#latest === undefined) return;
    const { counts, variables, step } = this.#latest;
    const [inARow = 0, ...bad] = await counts.data();
    if (inARow < this.#limit) return;
    const nonFinite = variables.filter((_, index) => bad[index] === 1);
    this.#failure = tooMany(inARow, step, nonFinite);
  }
}

/** What the device has counted up to a step. */
interface OnDevice {
  /** The steps in a row, then 1 for each variable of this step that was not finite; shape [1 + variables]. */
  readonly counts: Tensor1D;
  readonly variables: readonly string[];
  readonly step: number;
}

/** The error for one step that must not have been. */
export function nonFiniteStep(nonFinite: readonly string[], step: number): ClippingError {
  return new ClippingError(
    'non-finite',
    `Step ${step}: the gradients of ${nonFinite.join(', ')} hold NaN or Infinity. No variable was changed. ` +
      "Look at the loss and the data of this step, or choose another `onNonFinite` than 'throw'.",
  );
}

function tooMany(inARow: number, step: number, nonFinite: readonly string[]): ClippingError {
  return new ClippingError(
    'non-finite',
    `The gradients held NaN or Infinity for ${inARow} ${inARow === 1 ? 'step' : 'steps in a row'}, last at step ${step} in ${nonFinite.join(', ')}. ` +
      'Lower the learning rate, or look at the data; `maxConsecutiveNonFinite` sets when to give up.',
  );
}
