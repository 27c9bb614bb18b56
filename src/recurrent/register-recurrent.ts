import { CLIPPED_CELLS } from './clip/clipped-cells.ts';
import { CLIPPED_LAYERS } from './clip/clipped-layers.ts';
import { FUSED_LAYERS } from './fused/layer-classes.ts';
import { INITIALIZERS } from './initializers.ts';
import { registerClasses } from './register-classes.ts';
import { registerLayers } from './register-layers.ts';
import { Residual } from './residual.ts';

/**
 * Registers the layers and initializers of `gradclip/recurrent`, so that tfjs can load models that use them.
 *
 * Call it in a program that loads such a model without creating one: {@link clipBackprop}, {@link fusedLSTM} and the
 * other functions register their own classes. Importing registers nothing, so bundlers can drop unused code. Calling
 * it again has no further effect. For the optimizer of a saved model, also call `enableLoading`.
 *
 * @example
 * ```ts
 * import { registerRecurrent } from 'gradclip/recurrent';
 *
 * registerRecurrent();
 * ```
 *
 * @category Loading
 */
export function registerRecurrent(): void {
  registerLayers([...CLIPPED_CELLS, ...CLIPPED_LAYERS, ...FUSED_LAYERS, Residual]);
  registerClasses(INITIALIZERS);
}
