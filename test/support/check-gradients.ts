// Trains on random gradients and checks every step: finite gradients stay finite, no gradient becomes longer, no tensor
// leaks, and each policy for non-finite gradients does what it promises.
import * as tf from '@tensorflow/tfjs';
import {
  chain,
  ClippingError,
  clipOptimizer,
  partition,
  scheduled,
  type AnyStrategyFactory,
  type ClippedOptimizer,
  type ClippingStrategy,
  type NonFinitePolicy,
} from 'gradclip';
import { adaptivePercentile, allStrategies, globalNorm, perValue } from 'gradclip/strategies';
import { onBackend } from '../../src/testing/backends.ts';
import { isFiniteStep, randomSequence, type GradientSequence, type RandomGradient } from './random-gradients.ts';

type Values = ReadonlyMap<string, ArrayLike<number>>;
type Step = ReadonlyMap<string, RandomGradient>;

interface Configuration {
  readonly make: () => ClippingStrategy;
  /** Whether the strategy may make a gradient longer. */
  readonly lengthens: boolean;
  /** The largest element that the strategy supports. */
  readonly largest: number;
}

// `centralize` subtracts a mean, and the difference of two elements can exceed the largest float32.
const LARGEST: Readonly<Record<string, number>> = { centralize: 1.7e38 };

const combined = (make: () => ClippingStrategy): Configuration => ({ make, lengthens: false, largest: Infinity });

const CONFIGURATIONS: readonly Configuration[] = [
  ...(allStrategies as readonly AnyStrategyFactory[]).map((make) => ({
    make: () => make(),
    lengthens: make.laws.lengthens === true,
    largest: LARGEST[make.id] ?? Infinity,
  })),
  combined(() => chain(perValue({ maxAbs: 2 }), adaptivePercentile({ window: 3 }), globalNorm())),
  combined(() => partition((name) => (name.startsWith('lstm') ? 'a' : undefined), { a: globalNorm() })),
  combined(() => scheduled(globalNorm, { maxNorm: { kind: 'linear', from: 5, to: 0, steps: 3 } })),
];

const POLICIES: readonly NonFinitePolicy[] = ['skip', 'zero', 'propagate', 'throw'];

/** The number of sequences after which every strategy has run under every policy once. */
export const ALL_COMBINATIONS = CONFIGURATIONS.length * POLICIES.length;

/** The rounding error that a backend may add. */
export interface Tolerance {
  /** The relative amount by which a gradient may become longer. */
  readonly relative: number;
  /** The absolute error of one element. */
  readonly absolute: number;
}

/** The tolerance on cpu and wasm. */
export const HOST_TOLERANCE: Tolerance = { relative: 1e-6, absolute: 1.5e-45 };

/** Trains on this many random sequences, and throws at the first broken promise. */
export function checkGradients(backend: string, sequences: number, tolerance = HOST_TOLERANCE): Promise<void> {
  return onBackend(backend, async () => {
    for (let seed = 0; seed < sequences; seed += 1) {
      const configuration = CONFIGURATIONS[seed % CONFIGURATIONS.length] as Configuration;
      const policy = POLICIES[Math.floor(seed / CONFIGURATIONS.length) % POLICIES.length] as NonFinitePolicy;
      const strategy = configuration.make();
      const before = tf.memory().numTensors;
      try {
        const session = new Session(randomSequence(seed), strategy, policy, configuration, tolerance);
        for (const step of session.sequence.steps) await session.check(step);
        session.dispose();
        const leaked = tf.memory().numTensors - before;
        assertThat(leaked === 0, `${leaked} tensors leaked`);
      } catch (error) {
        const where = `seed ${seed}, ${strategy.id} with onNonFinite ${policy} on ${backend}`;
        throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
}

/** An SGD optimizer that keeps the gradients it receives. */
class RecordingOptimizer extends tf.SGDOptimizer {
  received: readonly { readonly name: string; readonly tensor: tf.Tensor | null }[] = [];

  override applyGradients(gradients: Parameters<tf.Optimizer['applyGradients']>[0]): void {
    const entries = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients as tf.NamedTensorMap).map(([name, tensor]) => ({ name, tensor }));
    this.received = (entries as { name: string; tensor?: tf.Tensor | null }[]).map(({ name, tensor }) => ({
      name,
      tensor: tensor ? tf.keep(tensor.clone()) : null,
    }));
    super.applyGradients(gradients);
  }
}

/** One optimizer with the variables of one sequence. */
class Session {
  readonly sequence: GradientSequence;
  readonly #policy: NonFinitePolicy;
  readonly #configuration: Configuration;
  readonly #tolerance: Tolerance;
  readonly #inner = new RecordingOptimizer(1e-3);
  readonly #optimizer: ClippedOptimizer;
  readonly #variables: ReadonlyMap<string, tf.Variable>;
  #recordedSteps = 0;

  constructor(
    sequence: GradientSequence,
    strategy: ClippingStrategy,
    policy: NonFinitePolicy,
    configuration: Configuration,
    tolerance: Tolerance,
  ) {
    this.sequence = sequence;
    this.#policy = policy;
    this.#configuration = configuration;
    this.#tolerance = tolerance;
    this.#optimizer = clipOptimizer(this.#inner, strategy, { onNonFinite: policy, warnings: false });
    this.#variables = new Map(
      [...sequence.shapes].map(([name, shape]) => [
        name,
        tf.tidy(() => tf.variable(tf.fill([...shape], 0.5), true, name)),
      ]),
    );
  }

  async check(step: Step): Promise<void> {
    const isFinite = isFiniteStep(step);
    const [weights, state] = [await this.#weights(), await valuesOf(this.#optimizer.state)];
    const thrown = this.#apply(step);
    const received = await this.#received();
    const [weightsAfter, stateAfter] = [await this.#weights(), await valuesOf(this.#optimizer.state)];
    assertFinite('the state', stateAfter);
    if (!isFinite) assertStateUnchanged(state, stateAfter);

    if (!isFinite && this.#policy === 'throw') {
      assertThat(thrown instanceof ClippingError && thrown.code === 'non-finite', `it threw ${String(thrown)}`);
      assertUnchanged('the weights', weights, weightsAfter);
      return;
    }
    assertThat(thrown === undefined, `it threw ${String(thrown)}`);
    const records = await this.#optimizer.records();
    this.#recordedSteps += 1;
    assertThat(records.length === this.#recordedSteps, `it recorded ${records.length} steps`);
    const isSkipped = records.at(-1)?.skipped === true;
    if (!isFinite && this.#policy === 'skip') assertThat(isSkipped, 'the step was not skipped');
    if (isSkipped) {
      assertUnchanged('the weights', weights, weightsAfter);
      return;
    }
    assertSameNames(step, received);
    const isSupported = largestOf(step) <= this.#configuration.largest;
    if ((isFinite || this.#policy === 'zero') && isSupported) {
      assertFinite('the weights', weightsAfter);
      this.#assertNotLonger(step, received);
    } else {
      // The weights may hold NaN now; the next steps start anew.
      for (const variable of this.#variables.values()) tf.tidy(() => variable.assign(tf.fill(variable.shape, 0.5)));
    }
  }

  dispose(): void {
    this.#optimizer.dispose();
    tf.dispose([...this.#variables.values()]);
  }

  #apply(step: Step): unknown {
    const list = [...step]
      .filter(([, gradient]) => gradient !== 'missing')
      .map(([name, gradient]) => ({ name, tensor: this.#tensorOf(name, gradient) }));
    // tfjs passes either a list or a map.
    const isList = this.#recordedSteps % 2 === 0;
    const gradients = isList ? list : Object.fromEntries(list.map(({ name, tensor }) => [name, tensor]));
    try {
      this.#optimizer.applyGradients(gradients as never);
      return undefined;
    } catch (error) {
      return error;
    } finally {
      for (const { tensor } of list) tensor?.dispose();
    }
  }

  #tensorOf(name: string, gradient: RandomGradient): tf.Tensor | null | undefined {
    if (typeof gradient === 'string') return gradient === 'null' ? null : undefined;
    return tf.tensor(gradient, [...(this.sequence.shapes.get(name) ?? [])], 'float32');
  }

  #weights(): Promise<Values> {
    return valuesOf(Object.fromEntries(this.#variables));
  }

  /** The clipped gradients, which must have the shapes of their variables. */
  async #received(): Promise<Values> {
    const clipped = this.#inner.received;
    this.#inner.received = [];
    const values = new Map<string, ArrayLike<number>>();
    for (const { name, tensor } of clipped) {
      if (tensor === null) continue;
      const expected = (this.sequence.shapes.get(name) ?? []).join();
      assertThat(tensor.dtype === 'float32', `\`${name}\` became ${tensor.dtype}`);
      assertThat(tensor.shape.join() === expected, `\`${name}\` of [${expected}] became [${tensor.shape.join()}]`);
      values.set(name, await tensor.data());
      tensor.dispose();
    }
    return values;
  }

  #assertNotLonger(step: Step, received: Values): void {
    assertFinite('the clipped gradients', received);
    if (this.#configuration.lengthens) return;
    const { relative, absolute } = this.#tolerance;
    for (const [name, after] of received) {
      const before = step.get(name) as Float32Array;
      const [from, to] = [normOf(before), normOf(after)];
      const limit = from * (1 + relative) + absolute * Math.sqrt(before.length);
      assertThat(to <= limit, `the norm of \`${name}\` grew from ${from} to ${to}`);
    }
  }
}

/** The largest finite magnitude of a step. */
function largestOf(step: Step): number {
  let largest = 0;
  for (const gradient of step.values()) {
    if (typeof gradient === 'string') continue;
    for (const value of gradient) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  }
  return largest;
}

/** The norm of the finite elements; the policy `zero` replaces the others with 0. */
function normOf(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + (Number.isFinite(value) ? value * value : 0), 0));
}

async function valuesOf(tensors: Readonly<Record<string, tf.Tensor>>): Promise<Values> {
  const entries = Object.entries(tensors).map(async ([name, tensor]) => [name, await tensor.data()] as const);
  return new Map(await Promise.all(entries));
}

function assertThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

function assertSameNames(step: Step, received: Values): void {
  for (const [name, gradient] of step) {
    const expected = typeof gradient !== 'string';
    assertThat(received.has(name) === expected, `the gradient of \`${name}\` ${expected ? 'is missing' : 'is new'}`);
  }
}

function assertFinite(what: string, all: Values): void {
  for (const [name, values] of all) {
    const found = Array.from(values).find((value) => !Number.isFinite(value));
    assertThat(found === undefined, `${what}: \`${name}\` contains ${String(found)}`);
  }
}

function assertUnchanged(what: string, before: Values, after: Values): void {
  for (const [name, values] of after) {
    const old = before.get(name);
    const isSame = old !== undefined && Array.from(values).every((value, index) => Object.is(value, old[index]));
    assertThat(isSame, `${what}: \`${name}\` changed`);
  }
}

/** A step may add state for variables it has not seen before. */
function assertStateUnchanged(before: Values, after: Values): void {
  assertUnchanged('the state', before, new Map([...after].filter(([name]) => before.has(name))));
}
