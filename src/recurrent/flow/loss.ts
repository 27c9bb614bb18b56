import { add, mean, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential, type LayersModel } from '@tensorflow/tfjs-layers';
import { ClippingError, formatValue } from '../../core/errors.ts';

/**
 * One tensor, or a list with one for each input or output of the model.
 *
 * @category Gradient flow
 */
export type Tensors = Tensor | Tensor[];

/**
 * Computes a loss of any shape from targets and predictions; its mean is used.
 *
 * @category Gradient flow
 */
export type LossFunction = (targets: Tensor, predictions: Tensor) => Tensor;

// A sequential model compiles the model that it wraps.
interface CompiledModel {
  readonly lossFunctions?: LossFunction[];
  readonly model?: CompiledModel;
}

function findCompiledLosses(model: LayersModel): LossFunction[] | undefined {
  const { lossFunctions, model: wrapped } = model as unknown as CompiledModel;
  return lossFunctions ?? wrapped?.lossFunctions;
}

/**
 * Creates the scalar loss of a model's predictions.
 *
 * @param loss A function, the name of a loss of tfjs-layers, or undefined for the loss the model is compiled with.
 * @throws ClippingError `bad-option`
 */
export function scalarLoss(
  model: LayersModel,
  loss: string | LossFunction | undefined,
): (targets: Tensors, predictions: Tensors) => Scalar {
  const functions = typeof loss === 'function' ? [loss] : parseLoss(model, loss);
  return (targets, predictions) => {
    const targetList = Array.isArray(targets) ? targets : [targets];
    const predictionList = Array.isArray(predictions) ? predictions : [predictions];
    const losses = predictionList.map((prediction, output) => {
      const lossFunction = functions[output] ?? (functions[0] as LossFunction);
      return mean(lossFunction(targetList[output] as Tensor, prediction)) as Scalar;
    });
    return losses.reduce((total, outputLoss) => add(total, outputLoss));
  };
}

function parseLoss(model: LayersModel, loss: unknown): LossFunction[] {
  if (loss === undefined) {
    const compiled = findCompiledLosses(model);
    if (compiled) return compiled;
    throw new ClippingError(
      'bad-option',
      `\`gradientFlow(model, x, y)\` needs a compiled model; ${model.name} is not compiled. ` +
        "Compile it, or pass a loss: gradientFlow(model, x, y, 'meanSquaredError').",
    );
  }
  if (typeof loss !== 'string') {
    throw new ClippingError(
      'bad-option',
      `\`gradientFlow(…, loss)\` must be a function (targets, predictions) => tensor or the name of a loss of ` +
        `tfjs-layers, such as 'meanSquaredError'; received ${formatValue(loss)}.`,
    );
  }
  return findLossByName(loss);
}

// tfjs-layers does not export its losses by name, so this compiles a small model and reads its loss.
function findLossByName(loss: string): LossFunction[] {
  const name = 'gradclip_loss';
  const compiledModel = sequential({
    name,
    layers: [layers.dense({ name: `${name}_head`, units: 1, inputShape: [1] })],
  });
  try {
    compiledModel.compile({ optimizer: 'sgd', loss });
    return findCompiledLosses(compiledModel) ?? [];
  } catch (cause) {
    throw new ClippingError(
      'bad-option',
      `\`gradientFlow(…, loss)\` must name a loss of tfjs-layers; received ${formatValue(loss)}. ` +
        "tfjs-layers has 'meanSquaredError', 'categoricalCrossentropy', 'sparseCategoricalCrossentropy', 'binaryCrossentropy' and others.",
      { cause },
    );
  } finally {
    compiledModel.dispose();
  }
}
