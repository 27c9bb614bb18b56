/**
 * For programs that train: the optimizer wrapper, the combinators, the diagnosis and the types.
 *
 * @module gradclip
 * @category Reference
 */

export type { Clipped, ClippingStrategy, NamedTensors, StepContext, StrategySpec } from './core/contract.ts';
export type { AnyStrategyFactory, StrategyFactory } from './core/define.ts';
export { ClippingError, type ClippingErrorCode } from './core/errors.ts';
export { chain } from './combinators/chain.ts';
export { specOf } from './registry/spec.ts';
export { observed, type Observation } from './combinators/observed.ts';
export { partition, type PartitionDefault, type PartitionRule } from './combinators/partition.ts';
export type { VariableMatch, VariableRule } from './combinators/variable-rules.ts';
export { scheduled, type ScheduledOptions } from './combinators/scheduled.ts';
export type { Schedule, SchedulePoint } from './combinators/schedules.ts';
export { accumulated, type AccumulationOptions } from './optimizer/accumulated.ts';
export { AccumulatedOptimizer } from './optimizer/accumulated-optimizer.ts';
export type { AccumulationConfig } from './saving/accumulation-config.ts';
export { clipGradients, type ClippedGradients } from './optimizer/clip-gradients.ts';
export { clipOptimizer } from './optimizer/clip-optimizer.ts';
export { enableLoading } from './optimizer/enable-loading.ts';
export { ClippedOptimizer, isClipped } from './optimizer/clipped-optimizer.ts';
export type { ClippingConfig } from './saving/config.ts';
export { diagnose, explainStep } from './diagnosis/diagnosis.ts';
export { suggestThreshold, type SuggestedThreshold, type SuggestOptions } from './diagnosis/suggest-threshold.ts';
export type { ClipOptions, NonFinitePolicy } from './optimizer/options.ts';
export type { ClipStats, NormSummary, RecordedOptimizer, StepRecord } from './records/records.ts';
