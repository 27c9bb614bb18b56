import { add, cast, dispose, div, keep, util, where, zerosLike, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';
import { filterNames, mapNames } from '../core/entries.ts';
import { ClippingError } from '../core/errors.ts';

/** The sum of each variable's gradients, each divided by the number of steps; kept through every `tidy`. */
export class GradientSums {
  readonly #steps: number;
  #tensors: NamedTensors = {};
  #pending: number | Scalar = 0;

  /** `steps` is the number of gradients that an average has. */
  constructor(steps: number) {
    this.#steps = steps;
  }

  /** The sums by name; they belong to this object. */
  get tensors(): NamedTensors {
    return this.#tensors;
  }

  /** How many gradients the sums hold; on the device once a wrapper outside skips steps there. */
  get pending(): number | Scalar {
    return this.#pending;
  }

  /** The sums with the gradients of a step, unless `skip` on the device is 1. */
  with(gradients: ReadonlyMap<string, Tensor>, skip: Scalar | undefined): NamedTensors {
    const sums: Record<string, Tensor> = { ...this.#tensors };
    const isSkipped = skip && cast(skip, 'bool');
    for (const [name, gradient] of gradients) {
      // Divides before adding, so that a sum of large gradients does not overflow.
      const share = this.#steps === 1 ? gradient.clone() : div(gradient, this.#steps);
      const sum = sums[name];
      const after = sum === undefined ? share : add(sum, share);
      sums[name] = isSkipped === undefined ? after : where(isSkipped, sum ?? zerosLike(share), after);
    }
    return sums;
  }

  /** Replaces the sums, and disposes those that are not among the new ones. */
  keep(sums: NamedTensors, pending: number | Scalar): void {
    const after = new Set([...Object.values(sums), pending]);
    const before = [...Object.values(this.#tensors), this.#pending];
    for (const one of after) if (typeof one !== 'number') keep(one);
    dispose(before.filter((one) => typeof one !== 'number' && !after.has(one)) as Tensor[]);
    this.#tensors = sums;
    this.#pending = pending;
  }

  /** Disposes the sums. */
  clear(): void {
    this.keep({}, 0);
  }

  /** Disposes the sums of these variables. */
  remove(names: readonly string[]): void {
    if (names.length === 0) return;
    this.keep(
      filterNames(this.#tensors, (name) => !names.includes(name)),
      this.#pending,
    );
  }

  /** Renames the sums of variables whose names have changed. */
  rename(nameAfter: (name: string) => string): void {
    this.#tensors = mapNames(this.#tensors, nameAfter);
  }

  /**
   * Checks gradients against sums, which can have another shape only if they were loaded.
   *
   * @throws ClippingError `bad-state`.
   */
  assertShapes(gradients: ReadonlyMap<string, Tensor>): void {
    for (const [name, { shape }] of gradients) {
      const sum = this.#tensors[name];
      if (sum === undefined || util.arraysEqual(sum.shape, shape)) continue;
      throw new ClippingError(
        'bad-state',
        `The saved optimizer has a sum of shape [${sum.shape.join(', ')}] for \`${name}\`, whose shape is ` +
          `[${shape.join(', ')}]. Load it with the model it was saved with.`,
      );
    }
  }
}
