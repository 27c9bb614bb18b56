import { clone, dispose, keep, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { ClippingStrategy, NamedTensors } from '../core/contract.ts';
import { filterNames, mapNames, mapValues } from '../core/entries.ts';
import { ClippingError } from '../core/errors.ts';
import { initWithChecks } from './contract-checks.ts';

/** A strategy's state between steps: kept through every `tidy`, and disposed once replaced. */
export class StrategyState {
  #tensors: NamedTensors | undefined;
  #step = 0;
  #isPrepared = false;
  // Loaded from a file, and not yet compared with the state that the strategy expects.
  #isUnchecked = false;
  // The names of the entries that `init` created.
  #initial = new Set<string>();

  /** The tensors by name; empty before the first step. */
  get tensors(): NamedTensors {
    return this.#tensors ?? {};
  }

  /** The number of steps taken. */
  get step(): number {
    return this.#step;
  }

  /** Whether it was loaded from a file and not yet compared with what the strategy expects. */
  get isUnchecked(): boolean {
    return this.#isUnchecked;
  }

  /** Whether {@link prepare} has run since the state was created or restored. */
  get isPrepared(): boolean {
    return this.#isPrepared;
  }

  /** Restores a saved state after `step` steps; copies the tensors. */
  restore(tensors: NamedTensors, step: number): void {
    this.#replace(mapValues(tensors, (tensor) => clone(tensor)));
    this.#step = step;
    this.#isUnchecked = step > 0;
    this.#isPrepared = false;
  }

  /** Renames the entries of variables whose names have changed; see {@link VariableOrder.addVariables}. */
  rename(renamed: ReadonlyMap<string, string>): void {
    // A name may end with another one, as `outer/dense/kernel` does, so the longest match wins.
    const changed = [...renamed].sort(([one], [other]) => other.length - one.length);
    if (changed.length === 0) return;
    this.#tensors = mapNames(this.tensors, (key) => {
      const match = changed.find(([saved]) => key === saved || key.endsWith(`/${saved}`));
      return match ? key.slice(0, key.length - match[0].length) + match[1] : key;
    });
    this.#isPrepared = false;
  }

  /**
   * Continues with another strategy: keeps the state if ids and shapes agree, else starts it anew.
   *
   * @throws ClippingError `strategy-fault` when the strategy cannot create its state; the state stays as it was.
   */
  adopt(strategy: ClippingStrategy, before: ClippingStrategy, parameters: NamedTensors): void {
    const initial = Object.entries(initWithChecks(strategy, parameters));
    const { tensors } = this;
    this.#isPrepared = false;
    // Without variables there is nothing to compare yet; the next step compares what was loaded.
    const isUnknown = this.#isUnchecked && Object.keys(parameters).length === 0;
    const hasSameShapes =
      initial.length === Object.keys(tensors).length &&
      initial.every(([name, { shape }]) => tensors[name]?.shape.join() === shape.join());
    if (idsIn(strategy) === idsIn(before) && (isUnknown || hasSameShapes)) return;
    this.#isUnchecked = false;
    this.#replace({});
  }

  /** Frees the entries of variables that are gone; `remaining` are the others. */
  removeGone(strategy: ClippingStrategy, remaining: NamedTensors): void {
    let initial: NamedTensors = {};
    tidy(() => {
      try {
        initial = initWithChecks(strategy, remaining);
      } catch {
        // A strategy may refuse so few variables. Its whole state then starts anew.
      }
    });
    const isKept = (name: string): boolean => !this.#initial.has(name) || name in initial;
    this.#replace(filterNames(this.tensors, isKept));
    this.#isPrepared = false;
  }

  /**
   * Adds the initial state of variables that have none yet.
   *
   * @param isComplete - Whether `parameters` holds every variable that the state may have entries for.
   * @param saved - The parameters that the optimizer had seen when it was saved.
   * @throws ClippingError `bad-state` when the restored state does not fit this strategy.
   */
  prepare(strategy: ClippingStrategy, parameters: NamedTensors, isComplete: boolean, saved: NamedTensors): void {
    const initial = initWithChecks(strategy, parameters);
    if (this.#isUnchecked) {
      const isSame = Object.keys(saved).length === Object.keys(parameters).length;
      const required = isSame ? initial : initWithChecks(strategy, saved);
      assertSameState(strategy, initial, required, this.tensors, isComplete);
    }
    this.#isUnchecked = false;
    this.#initial = new Set(Object.keys(initial));
    this.#replace({ ...initial, ...this.tensors });
    this.#isPrepared = true;
  }

  /** Keeps the state after a step; copies tensors that belong to the caller of the step. */
  advance(tensors: NamedTensors, callersTensors: () => Iterable<Tensor>, isCounted = true): void {
    if (isCounted) this.#step += 1;
    if (tensors === this.#tensors) return;
    const borrowed = new Set(callersTensors());
    this.#replace(mapValues(tensors, (tensor) => (borrowed.has(tensor) ? clone(tensor) : tensor)));
  }

  /** Frees the tensors. */
  dispose(): void {
    dispose(Object.values(this.tensors));
    this.#tensors = undefined;
  }

  #replace(tensors: NamedTensors): void {
    const kept = new Set(Object.values(tensors));
    for (const tensor of kept) keep(tensor);
    dispose(Object.values(this.tensors).filter((tensor) => !kept.has(tensor)));
    this.#tensors = tensors;
  }
}

/** The ids of a strategy and of all strategies inside it. */
function idsIn({ id, options }: ClippingStrategy): string {
  return (
    JSON.stringify([{ id }, options])
      .match(/"id":"[^"]*"/g)
      ?.join() ?? ''
  );
}

function assertSameState(
  { id }: ClippingStrategy,
  expected: NamedTensors,
  required: NamedTensors,
  received: NamedTensors,
  isComplete: boolean,
): void {
  const badState = (content: string): ClippingError =>
    new ClippingError(
      'bad-state',
      `The saved optimizer has ${content}. Load it with the strategy and options it was saved with.`,
    );
  for (const [name, tensor] of Object.entries(received)) {
    const like = expected[name];
    if (like === undefined && !isComplete) continue;
    if (like !== undefined && like.shape.join() === tensor.shape.join()) continue;
    const expectation = like === undefined ? 'has no such entry' : `expects shape [${like.shape.join(', ')}]`;
    throw badState(`\`${name}\` of shape [${tensor.shape.join(', ')}], but \`${id}\` ${expectation}`);
  }
  const missing = Object.keys(required).find((name) => !Object.hasOwn(received, name));
  if (missing !== undefined) throw badState(`no \`${missing}\`, which \`${id}\` needs`);
}
