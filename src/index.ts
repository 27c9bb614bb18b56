/**
 * The framework: the contract, options, operations over named tensors, combinators, the wrapper and the registry.
 *
 * @module gradclip
 * @category Reference
 */

export * from './core/index.ts';
export { chain } from './combinators/chain.ts';
export { specOf, type Combinator } from './combinators/combinator.ts';
export { observed, type Observation } from './combinators/observed.ts';
export { partition, type PartitionDefault, type PartitionRule } from './combinators/partition.ts';
export type { VariableMatch, VariableRule } from './combinators/rules.ts';
export { scheduled, type ScheduledOptions } from './combinators/scheduled.ts';
export type { Schedule, SchedulePoint } from './combinators/schedules.ts';
export {
  accumulated,
  AccumulatedOptimizer,
  type AccumulationConfig,
  type AccumulationOptions,
} from './optimizer/accumulated.ts';
export { clipOptimizer } from './optimizer/clip-optimizer.ts';
export { enableLoading } from './optimizer/enable-loading.ts';
export { ClippedOptimizer, isClipped } from './optimizer/clipped-optimizer.ts';
export type { ClippingConfig } from './optimizer/config.ts';
export { diagnose, explainStep } from './optimizer/diagnosis.ts';
export { clippingLogs, type FitCallback } from './optimizer/fit-logs.ts';
export { suggestThreshold, type SuggestedThreshold, type SuggestOptions } from './optimizer/suggest-threshold.ts';
export type { ClipOptions, NonFinitePolicy } from './optimizer/options.ts';
export type { ClipStats, NormSummary, StepRecord } from './optimizer/records.ts';
export { StrategyRegistry } from './registry.ts';
export { createContainer, frameworkModule, shelfModule, TOKENS } from './container.ts';
