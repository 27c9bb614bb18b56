import { add, mean, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential, type LayersModel } from '@tensorflow/tfjs-layers';
import { ClippingError, formatValue } from '../../core/errors.ts';

/**
 * One tensor, or one for each input or output of the model.
 *
 * @category Gradient flow
 */
export type Tensors = Tensor | Tensor[];

/**
 * A loss of the targets and the predictions, of any shape; its mean is taken.
 *
 * @category Gradient flow
 */
export type LossFunction = (targets: Tensor, predictions: Tensor) => Tensor;

// A sequential model leaves its compilation to the model that it wraps.
interface CompiledModel {
  readonly lossFunctions?: LossFunction[];
  readonly model?: CompiledModel;
}

function findCompiledLosses(model: LayersModel): LossFunction[] | undefined {
  const { lossFunctions, model: wrapped } = model as unknown as CompiledModel;
  return lossFunctions ?? wrapped?.lossFunctions;
}

/** The scalar loss of a model's predictions: by a function, by a name of tfjs-layers, or as the model is compiled. */
export function scalarLoss(
  model: LayersModel,
  loss: string | LossFunction | undefined,
): (targets: Tensors, predictions: Tensors) => Scalar {
  const functions = typeof loss === 'function' ? [loss] : parseLoss(model, loss);
  return (targets, predictions) => {
    const wanted = Array.isArray(targets) ? targets : [targets];
    const given = Array.isArray(predictions) ? predictions : [predictions];
    const losses = given.map((prediction, output) => {
      const each = functions[output] ?? (functions[0] as LossFunction);
      return mean(each(wanted[output] as Tensor, prediction)) as Scalar;
    });
    return losses.reduce((total, each) => add(total, each));
  };
}

function parseLoss(model: LayersModel, loss: unknown): LossFunction[] {
  if (loss === undefined) {
    const compiled = findCompiledLosses(model);
    if (compiled) return compiled;
    throw new ClippingError(
      'bad-option',
      `\`gradientFlow(model, x, y)\` uses the loss that the model is compiled with, and ${model.name} is not compiled. ` +
        "Give one: gradientFlow(model, x, y, 'meanSquaredError').",
    );
  }
  if (typeof loss !== 'string') {
    throw new ClippingError(
      'bad-option',
      `\`gradientFlow(…, loss)\` must be a function (targets, predictions) => tensor, or a name of tfjs-layers such ` +
        `as 'meanSquaredError'; received ${formatValue(loss)}.`,
    );
  }
  return findLossByName(loss);
}

// tfjs-layers looks a loss up by its name only when it compiles a model.
function findLossByName(loss: string): LossFunction[] {
  const name = 'gradclip_loss';
  const asked = sequential({ name, layers: [layers.dense({ name: `${name}_head`, units: 1, inputShape: [1] })] });
  try {
    asked.compile({ optimizer: 'sgd', loss });
    return findCompiledLosses(asked) ?? [];
  } catch (cause) {
    throw new ClippingError(
      'bad-option',
      `\`gradientFlow(…, loss)\`: tfjs-layers has no loss ${formatValue(loss)}. ` +
        "It has 'meanSquaredError', 'categoricalCrossentropy', 'sparseCategoricalCrossentropy', 'binaryCrossentropy' and others.",
      { cause },
    );
  } finally {
    asked.dispose();
  }
}
