import { chainCombinator } from './chain.ts';
import type { Combinator } from '../core/known.ts';
import { partitionCombinator } from './partition.ts';
import { scheduledCombinator } from './scheduled.ts';

/** The combinators that a spec can name. */
export const combinators: readonly Combinator[] = [chainCombinator, partitionCombinator, scheduledCombinator];
