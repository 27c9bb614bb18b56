import type { Scalar, Tensor } from '@tensorflow/tfjs-core';

/**
 * Tensors by variable name: gradients, parameters, or a strategy's memory.
 *
 * @category Contract
 */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/**
 * Decides how far a step may move.
 *
 * A strategy is a value: it holds options, never tensors. Its memory is handed in and handed back, so one
 * strategy can serve two optimizers at once and a step can be replayed. Whatever it is given stays the
 * caller's: a strategy returns new tensors or the very same ones, and neither disposes nor changes any.
 *
 * @category Contract
 */
export interface ClippingStrategy<State extends NamedTensors = NamedTensors> {
  /** The registry id, which for the shelf is also the file name: `global-norm`. */
  readonly id: string;
  /** The options in use, defaults filled in; plain JSON but for `Infinity`. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * The memory before the first step.
   *
   * Called again when variables first appear later on; only the entries that are new are then taken.
   */
  init(parameters: NamedTensors): State;
  /** One step: gradients in, gradients of the same names and shapes out. Absent gradients are not in the record. */
  clip(gradients: NamedTensors, state: State, context: StepContext): Clipped<State>;
}

/**
 * What a strategy makes of one step.
 *
 * @category Contract
 */
export interface Clipped<State extends NamedTensors = NamedTensors> {
  /** The gradients to apply, with the names and shapes that came in. */
  readonly gradients: NamedTensors;
  /** The memory after this step. */
  readonly state: State;
  /** 1 where this step must not be taken at all (weights and optimizer memory stay), 0 or absent otherwise; shape []. */
  readonly skip?: Scalar;
}

/**
 * What a strategy may know of the step beside the gradients. May grow.
 *
 * @category Contract
 */
export interface StepContext {
  /** Steps that the strategy has been asked to clip before this one; counts from 0. */
  readonly step: number;
  /** The variables that have a gradient in this step, by name. */
  readonly parameters: NamedTensors;
}

/**
 * A strategy as JSON, the form in saved models, experiments and links.
 *
 * @category Contract
 */
export interface StrategySpec {
  /** The registry id. */
  readonly id: string;
  /** The options that differ from the defaults, or all of them. */
  readonly options?: Readonly<Record<string, unknown>>;
}
