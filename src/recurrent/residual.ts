import { add, serialization, tidy, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { RNN } from '@tensorflow/tfjs-layers';
import { ClippingError, formatValue } from '../core/errors.ts';
import { registerLayers } from './register-layers.ts';
import type { CallArguments, Config, Layer, LayerClass } from './tfjs-layers.ts';

/** The fields of tfjs's wrapper class that this file relies on. */
interface Wrapper extends Layer {
  readonly layer: Layer & { readonly returnSequences?: boolean; readonly returnState?: boolean };
  call(inputs: Tensor | Tensor[], kwargs: CallArguments): Tensor;
}

// tfjs-layers does not export the class that its own wrappers extend.
const Base = Object.getPrototypeOf(
  serialization.SerializationMap.getMap().classNameMap['TimeDistributed']?.[0],
) as unknown as LayerClass<Wrapper>;

/** Computes x + layer(x). */
export class Residual extends Base {
  static override className = 'Residual';

  constructor(config: Config) {
    super(config);
    const { returnSequences, returnState } = this.layer;
    if (returnSequences !== true || returnState === true) {
      throw new ClippingError(
        'bad-option',
        `\`residual(${this.layer.name})\` needs a layer with returnSequences: true and returnState: false, because it ` +
          `adds the input of each step to its output; received returnSequences: ${formatValue(returnSequences)}, ` +
          `returnState: ${formatValue(returnState)}.`,
      );
    }
    this.supportsMasking = true;
  }

  override get stateful(): boolean {
    // The constructor of tfjs reads this property before it sets `layer`.
    return this.layer?.stateful ?? false;
  }

  override resetStates(): void {
    this.layer.resetStates();
  }

  override build(inputShape: (number | null)[]): void {
    const outputShape = this.layer.computeOutputShape(inputShape) as (number | null)[];
    if (outputShape.at(-1) !== inputShape.at(-1)) {
      throw new ClippingError(
        'bad-option',
        `\`residual(${this.layer.name})\` needs a layer whose output is as wide as its input; received input ` +
          `[batch, time, ${String(inputShape.at(-1))}] and output [batch, time, ${String(outputShape.at(-1))}]. ` +
          'Change its units, or put a dense layer before it.',
      );
    }
    if (!this.layer.built) {
      this.layer.build(inputShape);
      this.layer.built = true;
    }
    super.build(inputShape);
  }

  /** Asks the layer, because bidirectional overrides this method, not the list of penalties. */
  override calculateLosses(): Scalar[] {
    return this.layer.calculateLosses();
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return this.layer.computeOutputShape(inputShape) as (number | null)[];
  }

  override call(inputs: Tensor | Tensor[], kwargs: CallArguments): Tensor {
    return tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      return add(x, this.layer.call(x, kwargs as Record<string, unknown>) as Tensor);
    });
  }
}

/**
 * Wraps a recurrent layer so that it adds its output to its input.
 *
 *     yₜ = xₜ + layer(x)ₜ
 *
 * The gradient also reaches the layers below through the sum, unchanged, so stacks of many recurrent layers can
 * train. Gradients along time do not change; gates, initialization and clipping control those. It takes any recurrent or
 * bidirectional layer with `returnSequences: true` and an output as wide as its input.
 *
 * Source: He, Zhang, Ren & Sun (2015), Deep residual learning. https://arxiv.org/abs/1512.03385; between LSTM layers:
 * Wu et al. (2016), Google's neural machine translation system, section 3.1. https://arxiv.org/abs/1609.08144
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { residual } from 'gradclip/recurrent';
 *
 * const lstm = () => tf.layers.lstm({ units: 8, returnSequences: true }) as tf.RNN;
 * const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [20, 8] }), residual(lstm()), residual(lstm())] });
 * ```
 *
 * @throws ClippingError `bad-option` for a layer without `returnSequences`, with `returnState`, or whose output is
 *   not as wide as its input.
 * @category Initialization and residual layers
 */
export function residual(layer: Layer | RNN): Layer {
  registerLayers([Residual]);
  const { batchInputShape } = layer as Layer;
  return new Residual({ layer, ...(batchInputShape ? { batchInputShape } : {}) });
}
