import { scalar, tidy, type Optimizer, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { ClippingStrategy, NamedTensors } from '../core/contract.ts';
import { kernels, rememberingNorms } from '../kernels/index.ts';
import { assertStrategy } from '../core/assert-strategy.ts';
import { observed, type Observation } from '../combinators/observed.ts';
import { isGone, readGradients, variablesLike, type Gradients, type GradientList } from './gradients.ts';
import { clipRateWatch } from '../records/clip-rate.ts';
import { StrategyState } from './strategy-state.ts';
import { parseOptions, type ClipOptions } from './options.ts';
import { VariableOrder } from './order.ts';
import { Recorder } from '../records/recorder.ts';
import { statsOf, type ClipStats, type StepRecord } from '../records/records.ts';
import { parseConfig, toConfig, type ClippingConfig } from '../saving/config.ts';
import { withContractChecks } from './faults.ts';
import { GiveUp } from './give-up.ts';
import { leakWatch } from './leak-watch.ts';
import { withNonFinitePolicy } from './non-finite.ts';
import { applyUnless } from './skipping.ts';
import { WrappingOptimizer, type WrapperState } from './wrapping-optimizer.ts';

const BRAND = Symbol.for('gradclip:ClippedOptimizer');

/**
 * Wraps any tfjs optimizer, so that its gradients are clipped before it sees them.
 *
 * Goes wherever a tfjs optimizer goes: `model.compile`, `fit`, `fitDataset`, `trainOnBatch`, `minimize`,
 * `applyGradients`. It alone has memory: what the strategy remembers is kept between steps, saved with the model,
 * and freed by {@link dispose}, which `model.dispose()` does not call for optimizers that were passed in.
 *
 * Variables keep the place where they were first seen, absent gradients leave a gap. So an inner optimizer that files
 * its memory by position never confuses variables, whatever order gradients come in and whichever layers are frozen.
 *
 * @see {@link clipOptimizer}, which makes one.
 *
 * @category Optimizer
 */
export class ClippedOptimizer extends WrappingOptimizer {
  /** The name in saved models. */
  static readonly className = 'ClippedOptimizer';

  /** The strategy that clips. */
  readonly strategy: ClippingStrategy;
  /** The options as given. */
  readonly options: Readonly<ClipOptions>;
  /** @internal */
  readonly [BRAND] = true;

  readonly #order = new VariableOrder();
  readonly #memory = new StrategyState();
  readonly #recorder: Recorder;
  readonly #giveUp: GiveUp;
  // The strategy with its mistakes named, and then with everything around it that a step needs.
  readonly #checked: ClippingStrategy;
  readonly #clipper: ClippingStrategy;
  #observation: Observation | undefined;
  #step = 0;
  #prepared = false;

  /** See {@link clipOptimizer}. */
  constructor(inner: Optimizer, strategy: ClippingStrategy, given: ClipOptions = {}) {
    super(inner, 'clipOptimizer(inner, strategy)', 'tf.train.adam(1e-3)');
    assertStrategy('clipOptimizer(inner, strategy)', strategy);
    const options = Object.freeze(parseOptions(given));
    this.strategy = strategy;
    this.options = options;
    const [watch, leaks] = options.warnings === false ? [] : [clipRateWatch(strategy), leakWatch(strategy.id)];
    this.#recorder = new Recorder(options.window ?? 1000, options.onStep, watch);
    this.#giveUp = new GiveUp(options.maxConsecutiveNonFinite ?? 20);
    this.#checked = withContractChecks(strategy, leaks);
    const clipper = withNonFinitePolicy(this.#checked, options.onNonFinite, this.#giveUp);
    this.#clipper = this.#recorder.active
      ? observed(clipper, (observation) => {
          this.#observation = observation;
        })
      : clipper;
  }

  /** What the strategy remembers, by name; empty before the first step. The tensors stay the optimizer's. */
  get state(): NamedTensors {
    return this.#memory.state;
  }

  /**
   * Clips the gradients and takes a step with the inner optimizer.
   *
   * @param given - Gradients by variable name, or a list of names and gradients; absent ones may be missing, `null`
   *   or `undefined`. They stay the caller's.
   * @throws ClippingError `unknown-variable`, `bad-gradients`, `non-finite` (as `onNonFinite` says), `bad-state` when
   *   what was loaded is the memory of another strategy, or `strategy-fault` when the strategy throws or breaks the
   *   contract. No variable is changed then.
   */
  override applyGradients(given: Gradients): void {
    this.expectUsable();
    const { names, gradients, parameters } = readGradients(given);
    this.#admit(names);
    const order = this.#order.names;
    const before: Record<string, Tensor> = {};
    const about: Record<string, Tensor> = {};
    for (const name of order) {
      const gradient = gradients.get(name);
      if (gradient === undefined) continue;
      before[name] = gradient;
      about[name] = parameters[name] as Tensor;
    }
    const context = { step: this.#step, parameters: about };
    let record = (): void => undefined;
    rememberingNorms(() => {
      tidy(() => {
        const clipped = this.#clipper.clip(before, this.#memory.state, context);
        const list = order.map((name) => ({ name, tensor: clipped.gradients[name] ?? null })) as GradientList;
        this.#apply(list, clipped.skip, parameters);
        this.#memory.advance(clipped.state, () => new Set([...gradients.values(), ...Object.values(parameters)]));
        record = this.#recorded();
      });
    });
    this.#step += 1;
    record();
  }

  /** A summary of the steps in the window. */
  async stats(): Promise<ClipStats> {
    return statsOf(await this.records());
  }

  /** The records of the steps in the window, oldest first. */
  records(): Promise<StepRecord[]> {
    return this.#recorder.records();
  }

  /** The newest record that the host has: on cpu and wasm that of the latest step, elsewhere of the latest one read. */
  get lastRecord(): StepRecord | undefined {
    return this.#recorder.last;
  }

  /** The config to save with a model. */
  override getConfig(): ClippingConfig {
    return toConfig(this.inner, this.strategy, this.options, this.#order.settled);
  }

  /** Creates one from a saved config; called by `tf.loadLayersModel`. */
  static override fromConfig<T>(this: void, _class: unknown, config: unknown): T {
    const { inner, strategy, options, order } = parseConfig(config);
    const optimizer = new ClippedOptimizer(inner, strategy, options as ClipOptions);
    optimizer.#order.restore(order);
    return optimizer as T;
  }

  // No step with NaN ever enters it.
  protected override readonly mayRememberNaN = false;

  protected override memory(): WrapperState {
    return { state: this.#memory.state, count: this.#step };
  }

  protected override restore({ state, count }: WrapperState): void {
    this.#memory.restore(state, count > 0);
    this.#step = count;
    this.#prepared = false;
  }

  protected override release(): void {
    this.#memory.dispose();
    this.#recorder.dispose();
    this.#giveUp.dispose();
  }

  #apply(list: GradientList, skip: Scalar | undefined, variables: NamedTensors): void {
    const apply = (): void => {
      this.#order.settle();
      this.inner.applyGradients(list);
    };
    if (skip === undefined) apply();
    else if (!kernels().readsAreFree) applyUnless(skip, variables, apply);
    else if (skip.dataSync()[0] !== 1) apply();
  }

  // Measures in the step what `record` then files after it, when a listener may do as it likes.
  #recorded(): () => void {
    const seen = this.#observation;
    this.#observation = undefined;
    if (seen === undefined) return () => undefined;
    if (!kernels().readsAreFree) {
      this.#recorder.recordLater({ ...seen, skipped: seen.skip ?? scalar(0) });
      return () => undefined;
    }
    const measured = {
      step: seen.step,
      variables: seen.variables,
      norms: seen.norms.dataSync(),
      finite: seen.finite.dataSync(),
      normBefore: seen.normBefore.dataSync()[0] ?? NaN,
      normAfter: seen.normAfter.dataSync()[0] ?? NaN,
      skipped: seen.skip?.dataSync()[0] === 1,
    };
    return () => {
      this.#recorder.record(measured);
    };
  }

  #admit(names: readonly string[]): void {
    this.#order.forget(isGone);
    const { added, renamed } = this.#order.admit(names);
    if (this.#prepared && added === 0) return;
    this.#memory.rename(renamed);
    const { names: known, settled } = this.#order;
    // Weights may come without the settings that tell the order.
    const saved = settled.length > 0 ? settled : known;
    tidy(() => {
      const parameters = variablesLike(known);
      const complete = Object.keys(parameters).length === known.length;
      this.#memory.prepare(this.#checked, parameters, complete, variablesLike(saved));
    });
    this.#prepared = true;
  }
}

/**
 * Whether this is a {@link ClippedOptimizer}; `instanceof` answers true for any tfjs optimizer.
 *
 * @category Optimizer
 */
export function isClipped(optimizer: unknown): optimizer is ClippedOptimizer {
  return typeof optimizer === 'object' && optimizer !== null && BRAND in optimizer;
}
