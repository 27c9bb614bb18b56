import { tidy, type Optimizer } from '@tensorflow/tfjs-core';
import { assertStrategy } from '../core/assert-strategy.ts';
import type { ClippingStrategy, NamedTensors } from '../core/contract.ts';
import type { VariableIdentity } from '../core/replaced-variables.ts';
import { clipRateWatch } from '../records/clip-rate.ts';
import { Recorder } from '../records/recorder.ts';
import { statsOf, type ClipStats, type StepRecord } from '../records/records.ts';
import { parseConfig, toConfig, type ClippingConfig } from '../saving/config.ts';
import { NonFiniteCounter } from './non-finite.ts';
import { variablesLike, type Gradients } from './gradients.ts';
import { parseOptions, type ClipOptions } from './options.ts';
import { countSkipped } from './skipping.ts';
import { countStep, type StepParts } from './prepare-step.ts';
import { takeStep } from './step.ts';
import { StrategyState } from './strategy-state.ts';
import { VariableOrder } from './variable-order.ts';
import { WrappingOptimizer, type WrapperState } from './wrapping-optimizer.ts';

const BRAND = Symbol.for('gradclip:ClippedOptimizer');

/**
 * Wraps any tfjs optimizer and clips its gradients before each step.
 *
 * It works wherever a tfjs optimizer works: `model.compile`, `fit`, `fitDataset`, `trainOnBatch`, `minimize`,
 * `applyGradients`. The strategy's state is kept between steps, saved with the model, and freed by {@link dispose};
 * `model.dispose()` does not dispose an optimizer that was passed in.
 *
 * tfjs's own optimizers store their state by index. They get all variables in the order first seen, with a gap for an
 * absent gradient, so they never confuse variables, whatever the order of the gradients and whichever layers are frozen.
 * Every other optimizer gets exactly what the caller passed, and its own `minimize` is called if it has one.
 *
 * The settings that the inner optimizer names in its config, such as `beta1`, can be read and set here as well.
 *
 * @see {@link clipOptimizer}, which creates one.
 *
 * @category Optimizer
 */
export class ClippedOptimizer<Inner extends Optimizer = Optimizer> extends WrappingOptimizer<Inner> {
  /** The name in saved models. */
  static readonly className = 'ClippedOptimizer';

  /** The options that were passed to {@link clipOptimizer}. */
  readonly options: Readonly<ClipOptions>;
  /** @internal */
  readonly [BRAND] = true;

  readonly #parts: StepParts;

  /** See {@link clipOptimizer}. */
  constructor(inner: Inner, strategy: ClippingStrategy, options: ClipOptions = {}) {
    super(inner, 'clipOptimizer(inner, strategy)', 'tf.train.adam(1e-3)');
    assertStrategy('clipOptimizer(inner, strategy)', strategy);
    const parsed = Object.freeze(parseOptions(options));
    this.options = parsed;
    this.#parts = {
      ...{ inner, strategy, policy: parsed.onNonFinite, order: new VariableOrder(), state: new StrategyState() },
      nonFiniteSteps: new NonFiniteCounter(parsed.maxConsecutiveNonFinite ?? 20),
      recorder: new Recorder(parsed.window ?? 1000, parsed.onStep, this.#watch(strategy)),
    };
  }

  /**
   * The strategy that clips. It can be replaced while training: the state is kept if the ids of the strategies and the
   * shapes of their states agree, else it starts again. A saved model has the latest strategy.
   */
  get strategy(): ClippingStrategy {
    return this.#parts.strategy;
  }

  set strategy(strategy: ClippingStrategy) {
    this.assertNotDisposed();
    assertStrategy('optimizer.strategy', strategy);
    const { state, order, recorder, strategy: before } = this.#parts;
    tidy(() => {
      state.adopt(strategy, before, variablesLike(order.names));
    });
    this.#parts.strategy = strategy;
    recorder.watch = this.#watch(strategy);
  }

  /** The strategy's state by name; empty before the first step. The tensors belong to the optimizer. */
  get state(): NamedTensors {
    return this.#parts.state.tensors;
  }

  /**
   * Clips the gradients and takes a step with the inner optimizer.
   *
   * @param gradients - Gradients by variable name, or a list of names and gradients. Absent gradients may be missing,
   *   `null` or `undefined`. The tensors belong to the caller.
   * @throws ClippingError `unknown-variable`, `bad-gradients`, `non-finite` (depending on `onNonFinite`), `bad-state` when
   *   the loaded state belongs to another strategy, or `strategy-fault` when the strategy throws or breaks the contract.
   *   No variable has changed then.
   */
  override applyGradients(gradients: Gradients): void {
    this.takeStep(gradients, this.inner);
  }

  /**
   * A summary of the steps in the window.
   *
   * @throws The error of `onStep`, on a backend where it is called after the step. {@link records} and the next step throw
   *   it too.
   */
  async stats(): Promise<ClipStats> {
    return statsOf(await this.records());
  }

  /** The records of the steps in the window, oldest first. */
  records(): Promise<StepRecord[]> {
    return this.#parts.recorder.records();
  }

  /** Forgets the records, so that {@link stats} and {@link records} begin with the next step. */
  resetStats(): void {
    this.#parts.recorder.reset();
  }

  /** The newest record on the host: the latest step's on cpu and wasm, the latest one read on other backends. */
  get lastRecord(): StepRecord | undefined {
    return this.#parts.recorder.last;
  }

  /** The config to save with a model. */
  override getConfig(): ClippingConfig {
    return toConfig(this.inner, this.strategy, this.options, this.#parts.order.committed);
  }

  /** Creates one from a saved config; called by `tf.loadLayersModel`. */
  static override fromConfig<T>(this: void, _class: unknown, config: unknown): T {
    const { inner, strategy, options, order } = parseConfig(config);
    const optimizer = new ClippedOptimizer(inner, strategy, options as ClipOptions);
    optimizer.#parts.order.restore(order);
    return optimizer as T;
  }

  /** @internal */
  override countSkippedStep(gradients: Gradients): void {
    countStep(this.#parts, gradients);
    countSkipped(this.inner, gradients);
  }

  protected override takeStep(gradients: Gradients, target: Optimizer): void {
    this.assertNotDisposed();
    takeStep(this.#parts, gradients, target);
  }

  protected override replaceVariables(successors: ReadonlyMap<string, VariableIdentity>): void {
    const { order, state } = this.#parts;
    order.replace(successors);
    state.rename(new Map([...successors].map(([name, successor]) => [name, successor.name])));
  }

  #watch(strategy: ClippingStrategy): ReturnType<typeof clipRateWatch> {
    return this.options.warnings === false ? undefined : clipRateWatch(strategy);
  }

  // No step with NaN ever enters the state.
  protected override readonly mayHoldNaN = false;

  protected override getState(): WrapperState {
    const { tensors, step } = this.#parts.state;
    return { tensors, count: step };
  }

  protected override restoreState({ tensors, count }: WrapperState): void {
    this.#parts.state.restore(tensors, count);
  }

  protected override freeState(): void {
    this.#parts.state.dispose();
    this.#parts.recorder.dispose();
    this.#parts.nonFiniteSteps.dispose();
  }
}

/**
 * Tells whether a value is a {@link ClippedOptimizer}; `instanceof` is true for any tfjs optimizer.
 *
 * @category Optimizer
 */
export function isClipped(optimizer: unknown): optimizer is ClippedOptimizer {
  return typeof optimizer === 'object' && optimizer !== null && BRAND in optimizer;
}
