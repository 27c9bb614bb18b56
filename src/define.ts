/**
 * Defines strategies: `defineStrategy`, the option fields, and operations on named tensors.
 *
 * @module gradclip/define
 * @category Reference
 */

export type { Clipped, ClippingStrategy, NamedTensors, StepContext, StrategySpec } from './core/contract.ts';
export {
  defineStrategy,
  type AnyStrategyFactory,
  type Facts,
  type Laws,
  type Source,
  type Stateful,
  type Stateless,
  type StrategyFactory,
} from './core/define.ts';
export { ClippingError, type ClippingErrorCode } from './core/errors.ts';
export {
  between,
  choice,
  count,
  decay,
  flag,
  integers,
  measurable,
  names,
  nonNegative,
  optional,
  order,
  percentile,
  positive,
  threshold,
  thresholdsByName,
  type ClipOptionsOf,
  type Described,
  type Field,
  type Fields,
  type MeasurableField,
  type OptionsOf,
  type ResolvedOptions,
} from './core/fields.ts';
export type { MeasuredThreshold } from './core/measured.ts';
export { elementwise } from './core/elements.ts';
export { clampToRms, clipUnits, multiplyBroadcast, subtractUnitMeans, type ClampedToRms } from './core/broadcast.ts';
export { assertGlobsMatch, layerAmong, layerOf, matchesGlob, matchesVariable, numberedLayers } from './core/names.ts';
export {
  clampAll,
  finiteOf,
  globalNormOf,
  groupNormsOf,
  limitFactors,
  mapTensors,
  normAlong,
  normsOf,
  percentileOf,
  scaleAll,
  scaleEach,
  type GroupNorms,
  type NormOptions,
  type NormOrder,
} from './core/tensors.ts';
export {
  abs,
  add,
  div,
  gather,
  greater,
  greaterEqual,
  hypot,
  less,
  logicalAnd,
  maximum,
  minimum,
  mul,
  replaceAt,
  sqrt,
  stack,
  sub,
  unstack,
  where,
  type Operand,
} from './core/small-tensors.ts';
export { SMALLEST_NORMAL } from './kernels/index.ts';
