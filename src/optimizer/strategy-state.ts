import { clone, dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import type { ClippingStrategy, NamedTensors } from '../core/contract.ts';
import { ClippingError } from '../core/errors.ts';

/**
 * What a strategy remembers between steps: kept through every `tidy`, and disposed once replaced.
 */
export class StrategyState {
  #state: NamedTensors | undefined;
  // Read from a file, and not yet held against what the strategy expects.
  #unchecked = false;

  /** The tensors by name; empty before the first step. */
  get state(): NamedTensors {
    return this.#state ?? {};
  }

  /** Takes up the tensors of a saved optimizer; copies them. `used`: whether it had taken a step. */
  restore(state: NamedTensors, used: boolean): void {
    this.#replace(Object.fromEntries(Object.entries(state).map(([name, tensor]) => [name, clone(tensor)])));
    this.#unchecked = used;
  }

  /** Renames the entries that are about variables whose names have changed; see {@link VariableOrder.admit}. */
  rename(renamed: ReadonlyMap<string, string>): void {
    // A name may end with another, as `outer/dense/kernel` does; the longer one is meant.
    const changed = [...renamed].sort(([one], [other]) => other.length - one.length);
    if (changed.length === 0) return;
    this.#state = Object.fromEntries(
      Object.entries(this.state).map(([key, tensor]) => {
        const match = changed.find(([saved]) => key === saved || key.endsWith(`/${saved}`));
        return [match ? key.slice(0, key.length - match[0].length) + match[1] : key, tensor];
      }),
    );
  }

  /**
   * Sees that there is memory for all these variables: the first memory at the first step, and entries for
   * variables that came later. `complete`: whether all variables that the memory may be about are there; `saved`:
   * those of them that the optimizer had seen when it was saved.
   *
   * @throws ClippingError `bad-state` when what was restored is not the memory of this strategy.
   */
  prepare(strategy: ClippingStrategy, parameters: NamedTensors, complete: boolean, saved: NamedTensors): void {
    const first = strategy.init(parameters);
    if (this.#unchecked) {
      const known = Object.keys(saved).length === Object.keys(parameters).length;
      assertSameState(strategy, first, known ? first : strategy.init(saved), this.state, complete);
    }
    this.#unchecked = false;
    this.#replace({ ...first, ...this.state });
  }

  /** Keeps the memory after a step; `borrowed` tensors belong to the caller and are copied. */
  advance(state: NamedTensors, borrowed: () => ReadonlySet<Tensor>): void {
    if (state === this.#state) return;
    const copied = borrowed();
    this.#replace(
      Object.fromEntries(
        Object.entries(state).map(([name, tensor]) => [name, copied.has(tensor) ? clone(tensor) : tensor]),
      ),
    );
  }

  /** Frees the tensors. */
  dispose(): void {
    dispose(Object.values(this.state));
    this.#state = undefined;
  }

  #replace(state: NamedTensors): void {
    const kept = new Set(Object.values(state));
    for (const tensor of kept) keep(tensor);
    dispose(Object.values(this.state).filter((tensor) => !kept.has(tensor)));
    this.#state = state;
  }
}

function assertSameState(
  strategy: ClippingStrategy,
  expected: NamedTensors,
  owed: NamedTensors,
  received: NamedTensors,
  complete: boolean,
): void {
  const refuse = (holds: string): ClippingError =>
    new ClippingError(
      'bad-state',
      `The saved optimizer holds ${holds}. Load it with the strategy and options it was saved with.`,
    );
  const entries = Object.entries(received);
  const missing = Object.keys(owed).find((name) => !Object.hasOwn(received, name));
  for (const [name, tensor] of entries) {
    const like = expected[name];
    if (like === undefined && !complete) continue;
    if (like !== undefined && like.shape.join() === tensor.shape.join()) continue;
    const should = like === undefined ? 'has no such entry' : `keeps shape [${like.shape.join(', ')}] there`;
    throw refuse(`\`${name}\` of shape [${tensor.shape.join(', ')}], but \`${strategy.id}\` ${should}`);
  }
  if (missing !== undefined) throw refuse(`no \`${missing}\`, which \`${strategy.id}\` keeps and would forget`);
}
