import { originalName } from '../core/names.ts';

/**
 * The order in which an optimizer first saw its variables.
 *
 * Stock optimizers file their memory by position, so the same position must always mean the same variable:
 * names keep the place where they were first seen, and an absent one leaves a gap (decision 0004).
 */
export class VariableOrder {
  #names: string[] = [];
  #known = new Set<string>();
  // Names from a saved file that have not been seen yet, in their order.
  #awaited = new Set<string>();
  // How many places the inner optimizer has been given; the rest may still be taken back.
  #settled = 0;

  /** The names in the order first seen. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** The names whose places the inner optimizer knows. */
  get settled(): readonly string[] {
    return this.#names.slice(0, this.#settled);
  }

  /** Takes up the order of a saved optimizer, whose variables have not been seen yet. */
  restore(names: readonly string[]): void {
    this.#names = [...names];
    this.#known = new Set(names);
    this.#awaited = new Set(names);
    this.#settled = names.length;
  }

  /** Fixes all places: the inner optimizer has been given them. */
  settle(): void {
    this.#settled = this.#names.length;
  }

  /** Takes back places that the inner optimizer has not been given, of variables that are gone. */
  forget(isGone: (name: string) => boolean): void {
    if (this.#settled === this.#names.length) return;
    this.#names = this.#names.filter((name, place) => place < this.#settled || !isGone(name));
    this.#known = new Set(this.#names);
  }

  /**
   * Gives places to names not seen before.
   *
   * Answers how many were new, and which saved names became which: tfjs numbers a name that is taken, so
   * `lstm/kernel` may have come back as `lstm/kernel_1`, and is known by its original name.
   */
  admit(names: readonly string[]): { added: number; renamed: ReadonlyMap<string, string> } {
    const renamed = new Map<string, string>();
    let added = 0;
    if (this.#awaited.size > 0) for (const name of names) this.#awaited.delete(name);
    for (const name of names) {
      if (this.#known.has(name)) continue;
      added += 1;
      this.#known.add(name);
      const saved = this.#awaitedAs(name);
      if (saved === undefined) {
        this.#names.push(name);
      } else {
        this.#names[this.#names.indexOf(saved)] = name;
        this.#awaited.delete(saved);
        this.#known.delete(saved);
        renamed.set(saved, name);
      }
    }
    return { added, renamed };
  }

  // A name that itself ends in a number, such as `layer/w_1`, must first be tried as it stands.
  #awaitedAs(name: string): string | undefined {
    const awaited = [...this.#awaited];
    const original = originalName(name);
    return (
      awaited.find((saved) => saved === original) ??
      awaited.find((saved) => originalName(saved) === name) ??
      awaited.find((saved) => originalName(saved) === original)
    );
  }
}
