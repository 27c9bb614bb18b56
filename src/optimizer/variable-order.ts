import { originalName } from '../core/names.ts';
import type { VariableIdentity } from '../core/replaced-variables.ts';

/** A variable that was seen, or the name of one in a saved file that has not been seen since. */
type Entry = Omit<VariableIdentity, 'id'> & { readonly id?: number | undefined };

/**
 * The order in which an optimizer first saw its variables.
 *
 * Stock optimizers store their state by index, so an index must always mean the same variable: a name keeps the index
 * at which it was first seen, and an absent gradient leaves a gap (decision 0004). Only a disposed variable loses it.
 */
export class VariableOrder {
  #entries: Entry[] = [];
  #known = new Set<string>();
  // How many variables the inner optimizer has received.
  #committed = 0;

  /** The names in the order first seen. */
  get names(): readonly string[] {
    return this.#entries.map(({ name }) => name);
  }

  /** The names whose indices the inner optimizer knows. */
  get committed(): readonly string[] {
    return this.names.slice(0, this.#committed);
  }

  /** Restores the order of a saved optimizer, whose variables have not been seen yet. */
  restore(names: readonly string[]): void {
    this.#set(names.map((name) => ({ name })));
    this.commit();
  }

  /** Passes the index of each variable to its successor. */
  replace(successors: ReadonlyMap<string, VariableIdentity>): void {
    this.#set(
      this.#entries.map((entry) => {
        const { name, id } = successors.get(entry.name) ?? entry;
        return { name, id };
      }),
    );
  }

  /** Fixes all indices, because the inner optimizer is about to receive them. */
  commit(): void {
    this.#committed = this.#entries.length;
  }

  /**
   * Removes the variables that are gone, or have a successor of the same name. Returns their names and the indices at
   * which the inner optimizer may store state of them, highest first.
   *
   * @param idOf - The id of the variable that now has a name.
   */
  removeGone(idOf: (name: string) => number | undefined): { names: string[]; indices: number[] } {
    const isGone = ({ name, id }: Entry): boolean => id !== undefined && id !== idOf(name);
    if (!this.#entries.some(isGone)) return { names: [], indices: [] };
    const gone = [...this.#entries.entries()].filter(([, entry]) => isGone(entry)).reverse();
    const indices = gone.map(([index]) => index).filter((index) => index < this.#committed);
    this.#committed -= indices.length;
    this.#set(this.#entries.filter((entry) => !isGone(entry)));
    return { names: gone.map(([, { name }]) => name), indices };
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
    if (this.#unseen().length > 0) this.replace(new Map(variables.map((variable) => [variable.name, variable])));
    for (const variable of variables) {
      const { name, id } = variable;
      if (this.#known.has(name)) continue;
      added += 1;
      const saved = this.#savedNameOf(name);
      if (saved === undefined) {
        this.#entries.push({ name, id });
        this.#known.add(name);
      } else {
        this.replace(new Map([[saved, variable]]));
        renamed.set(saved, name);
      }
    }
    return { added, renamed };
  }

  #set(entries: Entry[]): void {
    this.#entries = entries;
    this.#known = new Set(this.names);
  }

  #unseen(): Entry[] {
    return this.#entries.filter(({ id }) => id === undefined);
  }

  // A saved name may itself end in a number, such as `layer/w_1`, so an exact match comes first.
  #savedNameOf(name: string): string | undefined {
    const candidates = this.#unseen().map((entry) => entry.name);
    const original = originalName(name);
    return (
      candidates.find((saved) => saved === original) ??
      candidates.find((saved) => originalName(saved) === name) ??
      candidates.find((saved) => originalName(saved) === original)
    );
  }
}
