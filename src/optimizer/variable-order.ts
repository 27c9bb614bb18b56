import { originalName } from '../core/names.ts';
import type { VariableIdentity } from '../core/replaced-variables.ts';

/**
 * The order in which an optimizer first saw its variables.
 *
 * Stock optimizers store their state by index, so an index must always mean the same variable: a name keeps the index
 * at which it was first seen, and an absent gradient leaves a gap (decision 0004). Only a disposed variable loses it.
 */
export class VariableOrder {
  #names: string[] = [];
  // By index; undefined for a saved variable that has not been seen since.
  #ids: (number | undefined)[] = [];
  #known = new Set<string>();
  // Names from a saved file that have not been seen since, in their order.
  #savedButUnseen = new Set<string>();
  // How many variables the inner optimizer has received.
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
    this.#ids = names.map(() => undefined);
    this.#known = new Set(names);
    this.#savedButUnseen = new Set(names);
    this.#committed = names.length;
  }

  /** Passes the index of each variable to its successor. */
  replace(successors: ReadonlyMap<string, VariableIdentity>): void {
    for (const [index, name] of this.#names.entries()) {
      const successor = successors.get(name);
      if (successor === undefined) continue;
      this.#savedButUnseen.delete(name);
      this.#names[index] = successor.name;
      this.#ids[index] = successor.id;
    }
    this.#known = new Set(this.#names);
  }

  /** Fixes all indices, because the inner optimizer is about to receive them. */
  commit(): void {
    this.#committed = this.#names.length;
  }

  /**
   * Removes the variables that are gone, or have a successor of the same name. Returns their names and the indices at
   * which the inner optimizer may store state of them, highest first.
   *
   * @param idOf - The id of the variable that now has a name.
   */
  removeGone(idOf: (name: string) => number | undefined): { names: string[]; indices: number[] } {
    const names: string[] = [];
    const indices: number[] = [];
    for (let index = this.#names.length - 1; index >= 0; index -= 1) {
      const [name, id] = [this.#names[index] as string, this.#ids[index]];
      if (id === undefined || id === idOf(name)) continue;
      this.#names.splice(index, 1);
      this.#ids.splice(index, 1);
      this.#known.delete(name);
      names.push(name);
      if (index >= this.#committed) continue;
      this.#committed -= 1;
      indices.push(index);
    }
    return { names, indices };
  }

  /**
   * Adds the variables that have not been seen before.
   *
   * Returns how many were new, and the new name of each saved variable that was renamed: tfjs numbers a name that is
   * taken, so `lstm/kernel` may come back as `lstm/kernel_1`, and is recognized by its original name.
   */
  addVariables(variables: readonly VariableIdentity[]): { added: number; renamed: ReadonlyMap<string, string> } {
    const renamed = new Map<string, string>();
    let added = 0;
    if (this.#savedButUnseen.size > 0) {
      for (const variable of variables) this.#recognize(variable.name, variable);
    }
    for (const variable of variables) {
      const { name, id } = variable;
      if (this.#known.has(name)) continue;
      added += 1;
      this.#known.add(name);
      const saved = this.#savedNameOf(name);
      if (saved === undefined) {
        this.#names.push(name);
        this.#ids.push(id);
      } else {
        this.#recognize(saved, variable);
        this.#known.delete(saved);
        renamed.set(saved, name);
      }
    }
    return { added, renamed };
  }

  #recognize(saved: string, { name, id }: VariableIdentity): void {
    if (!this.#savedButUnseen.delete(saved)) return;
    const index = this.#names.indexOf(saved);
    this.#names[index] = name;
    this.#ids[index] = id;
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
