import { chainCombinator } from './chain.ts';
import type { Combinator } from './combinator.ts';
import { partitionCombinator } from './partition.ts';
import { scheduledCombinator } from './scheduled.ts';

/** The combinators that JSON may name. */
export const combinators: readonly Combinator[] = [chainCombinator, partitionCombinator, scheduledCombinator];
