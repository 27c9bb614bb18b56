/**
 * The framework: the contract, options, operations over named tensors, combinators, the wrapper and the registry.
 *
 * @module gradclip
 */

export * from './core/index.ts';
export { chain } from './combinators/chain.ts';
export { specOf } from './combinators/combinator.ts';
export { observed, type Observation } from './combinators/observed.ts';
export { clipOptimizer, enableLoading } from './optimizer/clip-optimizer.ts';
export { ClippedOptimizer, isClipped } from './optimizer/clipped-optimizer.ts';
export type { ClippingConfig } from './optimizer/config.ts';
export type { ClipOptions, NonFinitePolicy } from './optimizer/options.ts';
export type { ClipStats, NormSummary, StepRecord } from './optimizer/records.ts';
export { StrategyRegistry } from './registry.ts';
export { createContainer, frameworkModule, shelfModule, TOKENS } from './container.ts';
