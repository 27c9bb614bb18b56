import { chainCombinator } from './chain.ts';
import type { Combinator } from './combinator.ts';
import { partitionCombinator } from './partition.ts';
import { scheduledCombinator } from './scheduled.ts';

/** The combinators that JSON may name, by id. */
export const combinators: ReadonlyMap<string, Combinator> = new Map(
  [chainCombinator, partitionCombinator, scheduledCombinator].map((combinator) => [combinator.id, combinator]),
);
