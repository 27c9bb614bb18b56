/** What identifies a variable: a later variable may have the same name, but never the same id. */
export interface VariableIdentity {
  readonly name: string;
  readonly id: number;
}

/** The method that tells a wrapper which variables replace those that it has trained. */
export const REPLACE_VARIABLES = Symbol.for('gradclip:replace-variables');

/** An optimizer that keeps state of variables by name. */
export interface ReplacesVariables {
  /** Keeps the state of each variable for its successor, by the name of the variable. */
  [REPLACE_VARIABLES](successors: ReadonlyMap<string, VariableIdentity>): void;
}
