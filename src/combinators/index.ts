import { chainCombinator } from './chain.ts';
import type { Combinator } from './combinator.ts';

/** The combinators that JSON may name, by id. */
export const combinators: ReadonlyMap<string, Combinator> = new Map(
  [chainCombinator].map((combinator) => [combinator.id, combinator]),
);
