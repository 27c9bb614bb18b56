import { toJson } from '../core/json.ts';
import type { ClippingStrategy } from '../core/contract.ts';
import type { AnyStrategyFactory, Laws } from '../core/define.ts';

/** What is judged: one kind of strategy with one set of options. */
export interface Subject {
  readonly factory: AnyStrategyFactory;
  /** Makes a strategy of this kind. */
  make(this: void, options?: Readonly<Record<string, unknown>>): ClippingStrategy;
  /** The options under which it is judged. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What it promises under these options. */
  readonly laws: Laws;
  /** The backend it was said to be judged on. */
  readonly backend?: string;
}

/** One thing that strategies owe. */
export interface Law<Name extends string = string> {
  /** A word for it, with which a trial can exempt from it. */
  readonly name: Name;
  /** The law as a sentence without its subject: "never lengthens a gradient". */
  readonly title: string;
  /** Why it does not bind this subject; undefined where it does. */
  exemption?(this: void, subject: Subject): string | undefined;
  /** Throws where the subject breaks it. May be asynchronous. */
  check(this: void, subject: Subject): void | Promise<void>;
}

/** Throws what a law found wrong. */
export function assertThat(holds: boolean, otherwise: () => string): asserts holds {
  if (!holds) throw new Error(otherwise());
}

/** `global-norm({"maxNorm":2})`, for messages and titles. */
export function formatCall({ factory, options }: Subject): string {
  return `${factory.id}(${Object.keys(options).length === 0 ? '' : toJson(options)})`;
}
