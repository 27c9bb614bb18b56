export type { Clipped, ClippingStrategy, NamedTensors, StepContext, StrategySpec } from './contract.ts';
export {
  defineStrategy,
  type AnyStrategyFactory,
  type Facts,
  type Laws,
  type Source,
  type Stateful,
  type Stateless,
  type StrategyFactory,
} from './define.ts';
export { ClippingError, type ClippingErrorCode } from './errors.ts';
export {
  between,
  choice,
  count,
  decay,
  flag,
  integers,
  names,
  optional,
  order,
  positive,
  threshold,
  thresholdsByName,
  type Described,
  type Field,
  type Fields,
  type OptionsOf,
  type ResolvedOptions,
} from './fields.ts';
export { elementwise } from './elements.ts';
export { limitFactors, scaleUnits } from './factors.ts';
export { centredUnits } from './means.ts';
export { layerOf, matchesGlob, matchesVariable } from './names.ts';
export {
  clampAll,
  finiteOf,
  globalNormOf,
  groupNormsOf,
  mapTensors,
  normAlong,
  normsOf,
  percentileOf,
  scaleAll,
  scaleEach,
  type GroupNorms,
  type NormOptions,
  type NormOrder,
} from './tensors.ts';
