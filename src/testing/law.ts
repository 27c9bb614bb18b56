import { toJson } from '../core/json.ts';
import type { ClippingStrategy } from '../core/contract.ts';
import type { AnyStrategyFactory, Laws } from '../core/define.ts';

/** The strategy under test, with one set of options. */
export interface Subject {
  readonly factory: AnyStrategyFactory;
  /** Creates the strategy. */
  make(this: void, options?: Readonly<Record<string, unknown>>): ClippingStrategy;
  /** The options under test. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What the strategy declares under these options. */
  readonly laws: Laws;
  /** The backend under test, if one was named. */
  readonly backend?: string;
}

/** A property that every strategy must have. */
export interface Law<Name extends string = string> {
  /** The name of the law, used to declare an exemption. */
  readonly name: Name;
  /** The law as a sentence without its subject: "never increases the norm of a gradient". */
  readonly title: string;
  /** Why the subject is exempt; undefined if it is not. */
  exemption?(this: void, subject: Subject): string | undefined;
  /** Throws if the subject breaks the law. */
  check(this: void, subject: Subject): void | Promise<void>;
}

/** Throws an error with a message if a condition is false. */
export function assertThat(holds: boolean, message: () => string): asserts holds {
  if (!holds) throw new Error(message());
}

/** Formats the subject for messages and titles: `global-norm({"maxNorm":2})`. */
export function formatCall({ factory, options }: Subject): string {
  return `${factory.id}(${Object.keys(options).length === 0 ? '' : toJson(options)})`;
}
