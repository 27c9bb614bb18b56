import { clone, dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import type { ClippingStrategy, NamedTensors } from '../core/contract.ts';
import { ClippingError } from '../core/errors.ts';

/**
 * What a strategy remembers between steps: kept through every `tidy`, and disposed once replaced.
 */
export class StrategyMemory {
  #state: NamedTensors | undefined;
  // Read from a file, and not yet held against what the strategy expects.
  #unchecked = false;

  /** The tensors by name; empty before the first step. */
  get state(): NamedTensors {
    return this.#state ?? {};
  }

  /** Takes up the tensors of a saved optimizer; copies them. */
  restore(state: NamedTensors): void {
    this.#replace(Object.fromEntries(Object.entries(state).map(([name, tensor]) => [name, clone(tensor)])));
    this.#unchecked = true;
  }

  /** Renames the entries that are about variables whose names have changed; see {@link VariableOrder.admit}. */
  rename(renamed: ReadonlyMap<string, string>): void {
    const changed = [...renamed].filter(([saved, now]) => saved !== now);
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
   * variables that came later.
   *
   * @throws ClippingError `bad-state` when what was restored is not the memory of this strategy.
   */
  prepare(strategy: ClippingStrategy, parameters: NamedTensors): void {
    const first = strategy.init(parameters);
    if (this.#unchecked) expectSameMemory(strategy, first, this.state);
    this.#unchecked = false;
    this.#replace({ ...first, ...this.state });
  }

  /** Keeps the memory after a step; `borrowed` tensors belong to the caller and are copied. */
  advance(state: NamedTensors, borrowed: ReadonlySet<Tensor>): void {
    this.#replace(
      Object.fromEntries(
        Object.entries(state).map(([name, tensor]) => [name, borrowed.has(tensor) ? clone(tensor) : tensor]),
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

function expectSameMemory(strategy: ClippingStrategy, expected: NamedTensors, received: NamedTensors): void {
  for (const [name, tensor] of Object.entries(received)) {
    const like = expected[name];
    if (like === undefined || like.shape.join() !== tensor.shape.join()) {
      const should = like === undefined ? 'has no such entry' : `keeps shape [${like.shape.join(', ')}] there`;
      throw new ClippingError(
        'bad-state',
        `The saved optimizer holds \`${name}\` of shape [${tensor.shape.join(', ')}], but \`${strategy.id}\` ${should}. ` +
          'Load it with the strategy and options it was saved with.',
      );
    }
  }
}
