import { originalName } from '../core/names.ts';

/**
 * The order in which an optimizer first saw its variables.
 *
 * Stock optimizers store their state by index, so an index must always mean the same variable: a name keeps the index
 * at which it was first seen, and an absent gradient leaves a gap (decision 0004).
 */
export class VariableOrder {
  #names: string[] = [];
  #known = new Set<string>();
  // Names from a saved file that have not been seen since, in their order.
  #savedButUnseen = new Set<string>();
  // How many variables the inner optimizer has received; the rest may still be removed.
  #committed = 0;

  /** The names in the order first seen. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** The names whose indices the inner optimizer knows. */
  get committed(): readonly string[] {
    return this.#names.slice(0, this.#committed);
  }

  /** Restores the order of a saved optimizer, whose variables have not been seen yet. */
  restore(names: readonly string[]): void {
    this.#names = [...names];
    this.#known = new Set(names);
    this.#savedButUnseen = new Set(names);
    this.#committed = names.length;
  }

  /** Fixes all indices, because the inner optimizer is about to receive them. */
  commit(): void {
    this.#committed = this.#names.length;
  }

  /** Removes variables that are gone and that the inner optimizer has not received. */
  forget(isGone: (name: string) => boolean): void {
    if (this.#committed === this.#names.length) return;
    this.#names = this.#names.filter((name, index) => index < this.#committed || !isGone(name));
    this.#known = new Set(this.#names);
  }

  /**
   * Adds the names that have not been seen before.
   *
   * Returns how many were new, and the new name of each saved variable that was renamed: tfjs numbers a name that is
   * taken, so `lstm/kernel` may come back as `lstm/kernel_1`, and is recognized by its original name.
   */
  addVariables(names: readonly string[]): { added: number; renamed: ReadonlyMap<string, string> } {
    const renamed = new Map<string, string>();
    let added = 0;
    if (this.#savedButUnseen.size > 0) for (const name of names) this.#savedButUnseen.delete(name);
    for (const name of names) {
      if (this.#known.has(name)) continue;
      added += 1;
      this.#known.add(name);
      const saved = this.#savedNameOf(name);
      if (saved === undefined) {
        this.#names.push(name);
      } else {
        this.#names[this.#names.indexOf(saved)] = name;
        this.#savedButUnseen.delete(saved);
        this.#known.delete(saved);
        renamed.set(saved, name);
      }
    }
    return { added, renamed };
  }

  // A saved name may itself end in a number, such as `layer/w_1`, so an exact match comes first.
  #savedNameOf(name: string): string | undefined {
    const candidates = [...this.#savedButUnseen];
    const original = originalName(name);
    return (
      candidates.find((saved) => saved === original) ??
      candidates.find((saved) => originalName(saved) === name) ??
      candidates.find((saved) => originalName(saved) === original)
    );
  }
}
