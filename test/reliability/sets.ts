// Whatever the gradients: what is finite stays finite, nothing grows longer, and a policy does what it says.
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
import { adaptivePercentile, globalNorm, perValue, allStrategies } from 'gradclip/strategies';
import { onBackend } from '../../src/testing/backends.ts';
import { drawnSet, isFiniteStep, type Drawn, type DrawnSet } from './random-gradients.ts';
import type { Row } from './figures.ts';

type Numbers = ReadonlyMap<string, ArrayLike<number>>;
type Gradients = ReadonlyMap<string, ArrayLike<number> | null>;

interface Subject {
  readonly make: () => ClippingStrategy;
  /** Whether a gradient may come out longer than it came in. */
  readonly lengthens: boolean;
  /** The largest element that it can work with, where that is less than float32 holds. */
  readonly reach?: number;
}

// An element and the mean of its unit may lie further apart than the largest float32.
const REACH: Readonly<Record<string, number>> = { centralize: 1.7e38 };

const SUBJECTS: readonly Subject[] = [
  ...(allStrategies as readonly AnyStrategyFactory[]).map((make) => ({
    make: () => make(),
    lengthens: make.laws.lengthens === true,
    reach: REACH[make.id] ?? Infinity,
  })),
  { make: () => chain(perValue({ maxAbs: 2 }), adaptivePercentile({ window: 3 }), globalNorm()), lengthens: false },
  {
    make: () => partition((name) => (name.startsWith('lstm') ? 'a' : undefined), { a: globalNorm() }),
    lengthens: false,
  },
  { make: () => scheduled(globalNorm, { maxNorm: { kind: 'linear', from: 5, to: 0, steps: 3 } }), lengthens: false },
];

const POLICIES: readonly NonFinitePolicy[] = ['skip', 'zero', 'propagate', 'throw'];

/** How far arithmetic may be off: a shader divides and roots to a few units in the last place, and flushes denormals. */
export interface Exactness {
  /** By this factor a gradient may come out longer. */
  readonly relative: number;
  /** By so much an element may be off, whatever its size. */
  readonly absolute: number;
}

/** Of plain code, on cpu and wasm. */
export const EXACT: Exactness = { relative: 1e-6, absolute: 1.5e-45 };

/** Tries this many sets on a backend, each strategy under each policy in turn. */
export function trySets(backend: string, sets: number, exactness = EXACT): Promise<Row> {
  return onBackend(backend, async () => {
    const found = { steps: 0, notFinite: 0, longest: 0 };
    for (let number = 0; number < sets; number += 1) {
      const subject = SUBJECTS[number % SUBJECTS.length] as Subject;
      const policy = POLICIES[Math.floor(number / SUBJECTS.length) % POLICIES.length] as NonFinitePolicy;
      const strategy = subject.make();
      const before = tf.memory().numTensors;
      try {
        const trial = new Trial(drawnSet(number), strategy, policy, subject, exactness);
        for (const step of trial.set.steps) {
          await trial.take(step);
          found.steps += 1;
          found.notFinite += Number(!isFiniteStep(step));
        }
        found.longest = Math.max(found.longest, trial.longest);
        trial.dispose();
        const left = tf.memory().numTensors - before;
        expectThat(left === 0, `${left} tensors were left`);
      } catch (error) {
        const what = `set ${number}, ${strategy.id} under \`${policy}\` on ${backend}`;
        throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
      }
    }
    return {
      backend,
      sets,
      steps: found.steps,
      'of them not finite': found.notFinite,
      'longer by at most': found.longest === 0 ? '0' : found.longest.toExponential(0),
    };
  });
}

/** Plain descent that shows what gradients it is given. */
class Watched extends tf.SGDOptimizer {
  given: readonly { readonly name: string; readonly tensor: tf.Tensor | null }[] = [];

  override applyGradients(gradients: Parameters<tf.Optimizer['applyGradients']>[0]): void {
    this.given = (gradients as { name: string; tensor: tf.Tensor | null }[]).map(({ name, tensor }) => ({
      name,
      tensor: tensor === null ? null : tf.keep(tensor.clone()),
    }));
    super.applyGradients(gradients);
  }
}

class Trial {
  readonly set: DrawnSet;
  longest = 0;
  readonly #policy: NonFinitePolicy;
  readonly #lengthens: boolean;
  readonly #reach: number;
  readonly #exactness: Exactness;
  readonly #inner = new Watched(1e-3);
  readonly #optimizer: ClippedOptimizer;
  readonly #variables: ReadonlyMap<string, tf.Variable>;
  #steps = 0;

  constructor(
    set: DrawnSet,
    strategy: ClippingStrategy,
    policy: NonFinitePolicy,
    { lengthens, reach = Infinity }: Subject,
    exactness: Exactness,
  ) {
    this.set = set;
    this.#policy = policy;
    this.#lengthens = lengthens;
    this.#reach = reach;
    this.#exactness = exactness;
    this.#optimizer = clipOptimizer(this.#inner, strategy, { onNonFinite: policy, warnings: false });
    this.#variables = new Map(
      [...set.shapes].map(([name, shape]) => [name, tf.tidy(() => tf.variable(tf.fill([...shape], 0.5), true, name))]),
    );
  }

  async take(step: ReadonlyMap<string, Drawn>): Promise<void> {
    const finite = isFiniteStep(step);
    const [weights, memory] = [await this.#weights(), await read(this.#optimizer.state)];
    const thrown = this.#apply(step);
    const given = await this.#given();
    const after = [await this.#weights(), await read(this.#optimizer.state)] as const;
    expectFinite('the memory', after[1]);

    if (!finite && this.#policy === 'throw') {
      expectThat(thrown instanceof ClippingError && thrown.code === 'non-finite', `it threw ${String(thrown)}`);
      expectSame('the weights', weights, after[0]);
      expectSame('the memory', memory, after[1], 'or made');
      return;
    }
    expectThat(thrown === undefined, `it threw ${String(thrown)}`);
    if (!finite) expectSame('the memory', memory, after[1], 'or made');
    const records = await this.#optimizer.records();
    expectThat(records.length === (this.#steps += 1), `it recorded ${records.length} steps`);
    const skipped = records.at(-1)?.skipped === true;
    if (!finite && this.#policy === 'skip') expectThat(skipped, 'the step was taken');
    if (skipped) {
      expectSame('the weights', weights, after[0]);
      return;
    }
    this.#expectForm(step, given);
    const beyond = largestOf(step) > this.#reach;
    if ((finite || this.#policy === 'zero') && !beyond) {
      expectFinite('the weights', after[0]);
      this.#expectSoundGradients(step, given);
    } else {
      // NaN is where the policy puts it, or out of reach; the steps to come begin anew.
      for (const variable of this.#variables.values()) tf.tidy(() => variable.assign(tf.fill(variable.shape, 0.5)));
    }
  }

  dispose(): void {
    this.#optimizer.dispose();
    tf.dispose([...this.#variables.values()]);
  }

  #apply(step: ReadonlyMap<string, Drawn>): unknown {
    const list = [...step]
      .filter(([, drawn]) => drawn !== 'missing')
      .map(([name, drawn]) => ({ name, tensor: this.#tensorOf(name, drawn) }));
    // tfjs hands over a map, or where it was told of the variables, a list.
    const form = this.#steps % 2 === 0 ? list : Object.fromEntries(list.map(({ name, tensor }) => [name, tensor]));
    try {
      this.#optimizer.applyGradients(form as never);
      return undefined;
    } catch (error) {
      return error;
    } finally {
      for (const { tensor } of list) tensor?.dispose();
    }
  }

  #tensorOf(name: string, drawn: Drawn): tf.Tensor | null | undefined {
    if (typeof drawn === 'string') return drawn === 'null' ? null : undefined;
    return tf.tensor(drawn, [...(this.set.shapes.get(name) ?? [])], 'float32');
  }

  #weights(): Promise<Numbers> {
    return read(Object.fromEntries(this.#variables));
  }

  async #given(): Promise<Gradients> {
    const { given } = this.#inner;
    this.#inner.given = [];
    const read = await Promise.all(
      given.map(async ({ name, tensor }) => {
        if (tensor === null) return [name, null] as const;
        const { shape, dtype } = tensor;
        expectThat(dtype === 'float32', `\`${name}\` came out as ${dtype}`);
        const expected = this.set.shapes.get(name) ?? [];
        expectThat(
          shape.join() === expected.join(),
          `\`${name}\` of [${expected.join()}] came out as [${shape.join()}]`,
        );
        const values = await tensor.data();
        tensor.dispose();
        return [name, values] as const;
      }),
    );
    return new Map(read);
  }

  #expectForm(step: ReadonlyMap<string, Drawn>, given: Gradients): void {
    for (const [name, drawn] of step) {
      const present = typeof drawn !== 'string';
      const received = given.get(name) ?? null;
      expectThat(present === (received !== null), `\`${name}\` ${present ? 'was lost' : 'came from nowhere'}`);
    }
  }

  #expectSoundGradients(step: ReadonlyMap<string, Drawn>, given: Gradients): void {
    for (const [name, after] of given) {
      const drawn = step.get(name);
      if (after === null || drawn === undefined || typeof drawn === 'string') continue;
      expectFinite('what came out', new Map([[name, after]]));
      if (this.#lengthens) continue;
      const [was, is] = [lengthOf(drawn), lengthOf(after)];
      const { relative, absolute } = this.#exactness;
      const room = absolute * Math.sqrt(drawn.length);
      expectThat(is <= was * (1 + relative) + room, `\`${name}\` was ${was} long and came out ${is} long`);
      if (was > 1e-30) this.longest = Math.max(this.longest, is / was - 1);
    }
  }
}

/** The largest finite magnitude of a step. */
function largestOf(step: ReadonlyMap<string, Drawn>): number {
  const magnitude = (one: number): number => (Number.isFinite(one) ? Math.abs(one) : 0);
  const drawn = [...step.values()].filter((one) => typeof one !== 'string');
  return drawn.reduce((most, values) => values.reduce((so, one) => Math.max(so, magnitude(one)), most), 0);
}

/** Of the finite elements: what is not finite counts as 0, which the policy makes of it. */
function lengthOf(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + (Number.isFinite(value) ? value * value : 0), 0));
}

async function read(tensors: Readonly<Record<string, tf.Tensor>>): Promise<Numbers> {
  const entries = Object.entries(tensors).map(async ([name, tensor]) => [name, await tensor.data()] as const);
  return new Map(await Promise.all(entries));
}

function expectThat(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

function expectFinite(what: string, numbers: Numbers): void {
  for (const [name, values] of numbers) {
    const bad = Array.from(values).find((value) => !Number.isFinite(value));
    expectThat(bad === undefined, `${what}: \`${name}\` holds ${String(bad)}`);
  }
}

/** The same numbers, bit for bit; entries that were not there before may have been made. */
function expectSame(what: string, before: Numbers, after: Numbers, added?: 'or made'): void {
  for (const [name, values] of after) {
    const old = before.get(name);
    if (old === undefined && added !== undefined) continue;
    const same = old !== undefined && Array.from(values).every((value, place) => Object.is(value, old[place]));
    expectThat(same, `${what}: \`${name}\` changed`);
  }
}
