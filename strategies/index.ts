/**
 * Exports every strategy of this package by name, and all of them as a list.
 *
 * @module gradclip/strategies
 * @category Reference
 */

import type { AnyStrategyFactory } from 'gradclip/define';
import { adaGc } from './ada-gc.ts';
import { adaptivePercentile } from './adaptive-percentile.ts';
import { agc } from './agc.ts';
import { blockRms } from './block-rms.ts';
import { centralize } from './centralize.ts';
import { elementSpike } from './element-spike.ts';
import { emaRatio } from './ema-ratio.ts';
import { globalNorm } from './global-norm.ts';
import { none } from './none.ts';
import { normGrowth } from './norm-growth.ts';
import { normalize } from './normalize.ts';
import { perLayer } from './per-layer.ts';
import { perValue } from './per-value.ts';
import { perVariable } from './per-variable.ts';
import { quantileTracking } from './quantile-tracking.ts';
import { softNorm } from './soft-norm.ts';
import { spikeSkip } from './spike-skip.ts';
import { zClip } from './z-clip.ts';

export { adaGc, type AdaGcOptions } from './ada-gc.ts';
export { adaptivePercentile, type AdaptivePercentileOptions } from './adaptive-percentile.ts';
export { agc, type AgcOptions } from './agc.ts';
export { blockRms, type BlockRmsOptions } from './block-rms.ts';
export { centralize } from './centralize.ts';
export { elementSpike, type ElementSpikeOptions } from './element-spike.ts';
export { emaRatio, type EmaRatioOptions } from './ema-ratio.ts';
export { globalNorm, type GlobalNormOptions } from './global-norm.ts';
export { none } from './none.ts';
export { normGrowth, type NormGrowthOptions } from './norm-growth.ts';
export { normalize, type NormalizeOptions } from './normalize.ts';
export { perLayer, type PerLayerOptions } from './per-layer.ts';
export { perValue, type PerValueOptions } from './per-value.ts';
export { perVariable, type PerVariableOptions } from './per-variable.ts';
export { quantileTracking, type QuantileTrackingOptions } from './quantile-tracking.ts';
export { softNorm, type SoftNormOptions } from './soft-norm.ts';
export { spikeSkip, type SpikeSkipOptions } from './spike-skip.ts';
export { zClip, type ZClipOptions } from './z-clip.ts';

/**
 * Lists all strategies of this package, in the order of the reference.
 *
 * @category Registry
 */
// Marked as pure, or esbuild would keep all strategies in a bundle that uses one.
export const allStrategies: readonly AnyStrategyFactory[] = /* @__PURE__ */ Object.freeze([
  none,
  globalNorm,
  perValue,
  perVariable,
  perLayer,
  adaptivePercentile,
  agc,
  blockRms,
  zClip,
  adaGc,
  emaRatio,
  quantileTracking,
  softNorm,
  normalize,
  spikeSkip,
  normGrowth,
  elementSpike,
  centralize,
]);
