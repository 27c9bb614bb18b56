/**
 * The shelf: every strategy of this package by name, and all of them as a list.
 *
 * @module gradclip/strategies
 */

import type { AnyStrategyFactory } from 'gradclip';
import { adaptivePercentile } from './adaptive-percentile.ts';
import { globalNorm } from './global-norm.ts';
import { none } from './none.ts';
import { perLayer } from './per-layer.ts';
import { perValue } from './per-value.ts';
import { perVariable } from './per-variable.ts';

export { adaptivePercentile, type AdaptivePercentileOptions } from './adaptive-percentile.ts';
export { globalNorm, type GlobalNormOptions } from './global-norm.ts';
export { none } from './none.ts';
export { perLayer, type PerLayerOptions } from './per-layer.ts';
export { perValue, type PerValueOptions } from './per-value.ts';
export { perVariable, type PerVariableOptions } from './per-variable.ts';

/**
 * All strategies of this package, in the order of the reference.
 *
 * @category Registry
 */
export const shelf: readonly AnyStrategyFactory[] = Object.freeze([
  none,
  globalNorm,
  perValue,
  perVariable,
  perLayer,
  adaptivePercentile,
]);
