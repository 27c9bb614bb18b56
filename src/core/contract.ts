import type { Scalar, Tensor } from '@tensorflow/tfjs-core';

/**
 * Tensors by name: gradients, parameters, or the state of a strategy.
 *
 * @category Contract
 */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/**
 * Changes the gradients of a step before the optimizer applies them.
 *
 * A strategy is a value: it holds options, never tensors. It receives its state and returns the next one, so one
 * strategy can serve two optimizers and a step can be replayed. The caller keeps ownership of every tensor: a
 * strategy returns new tensors or the same ones, and neither disposes nor changes its inputs.
 *
 * @category Contract
 */
export interface ClippingStrategy<State extends NamedTensors = NamedTensors> {
  /** The registry id, such as `global-norm`. For the strategies of gradclip it is also the file name. */
  readonly id: string;
  /** The options in use, with defaults filled in. They are plain JSON except for `Infinity`. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * Returns the state before the first step.
   *
   * It is called again when new variables appear; only the new entries are then used.
   */
  init(parameters: NamedTensors): State;
  /** Clips the gradients of one step. Names and shapes stay the same. Variables without a gradient are not listed. */
  clip(gradients: NamedTensors, state: State, context: StepContext): Clipped<State>;
}

/**
 * The result of one step of a strategy.
 *
 * @category Contract
 */
export interface Clipped<State extends NamedTensors = NamedTensors> {
  /** The gradients to apply, with the names and shapes of the input. */
  readonly gradients: NamedTensors;
  /** The state after this step. */
  readonly state: State;
  /** 1 to skip the step, which leaves weights and optimizer state unchanged; 0 or absent otherwise. Shape []. */
  readonly skip?: Scalar;
  /** The largest norm that passes this step, if the strategy measures it; Infinity until it is known. Shape []. */
  readonly threshold?: Scalar;
}

/**
 * What a strategy knows about the step besides the gradients. Later versions may add to it.
 *
 * @category Contract
 */
export interface StepContext {
  /** The number of steps this strategy has clipped before. Starts at 0. */
  readonly step: number;
  /** The variables that have a gradient in this step, by name. */
  readonly parameters: NamedTensors;
}

/**
 * A strategy as JSON, as saved models, experiments and links store it.
 *
 * @category Contract
 */
export interface StrategySpec {
  /** The registry id. */
  readonly id: string;
  /** Options; those left out take their defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
}
