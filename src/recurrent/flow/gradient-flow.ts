import { dispose, engine, keep, tidy, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ClippingError } from '../../core/errors.ts';
import { globalNormOf } from '../../core/tensors.ts';
import { transformGradient } from '../transform-gradient.ts';
import { findRecurrentCells, type FoundCell } from '../find-recurrent-cells.ts';
import { assertBuilt } from '../rebuild-model.ts';
import { withListeners, type GradientListener } from './listeners.ts';
import { scalarLoss, type LossFunction, type Tensors } from './loss.ts';

/**
 * The gradient norms of one recurrent layer, one for each time step.
 *
 * @category Gradient flow
 */
export interface LayerFlow {
  /** The layer's name: `forward_…` or `backward_…` inside bidirectional, `…/0` for a cell of a stack. */
  readonly layer: string;
  /**
   * ‖∂L/∂hₜ‖ of the tensor [batch, units] for each time index t: the norm of the whole gradient that reaches the state
   * of step t, before {@link clipBackprop} clips it.
   */
  readonly norms: readonly number[];
}

/**
 * Measures ‖∂L/∂hₜ‖ at every time step of every recurrent layer.
 *
 * The norms show vanishing and exploding gradients. In backpropagation through time, each step back multiplies the
 * gradient by about the same factor. Plotted over t on a logarithmic axis, the norms form a straight line, and its slope
 * predicts the gradient for other sequence lengths.
 *
 * It runs the model once forward, without dropout as in prediction, and once backward. Weights, states of stateful layers
 * and the optimizer do not change. It supports the layers of tf.layers and fused layers. A layer that the model uses
 * several times has several entries, in the order of use.
 *
 * Source: Pascanu, Mikolov & Bengio (2013), On the difficulty of training recurrent neural networks, section 2.
 * https://arxiv.org/abs/1211.5063
 *
 * For a custom training loop, pass a function instead of `x`, `y` and `loss`. It takes no arguments, applies the model
 * and returns the loss, shape [].
 *
 * @param x The input or list of inputs, as in `model.predict`.
 * @param y The target or list of targets.
 * @param loss A function (targets, predictions) => tensor, or the name of a loss of tfjs-layers. Default: the loss the
 *   model is compiled with.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { gradientFlow } from 'gradclip/recurrent';
 *
 * const model = tf.sequential({ layers: [tf.layers.lstm({ units: 8, inputShape: [20, 3] }), tf.layers.dense({ units: 1 })] });
 * const flows = await gradientFlow(model, tf.ones([4, 20, 3]), tf.ones([4, 1]), 'meanSquaredError');
 * for (const { layer, norms } of flows) console.log(layer, norms[0], norms[19]);
 * ```
 * @throws ClippingError `not-recurrent` for a model without recurrent layers, `not-built` for one without weights,
 *   `bad-option` for an invalid or missing loss.
 * @category Gradient flow
 */
export async function gradientFlow(
  model: LayersModel,
  x: Tensors,
  y: Tensors,
  loss?: string | LossFunction,
): Promise<LayerFlow[]>;
export async function gradientFlow(model: LayersModel, computeLoss: () => Scalar): Promise<LayerFlow[]>;
export async function gradientFlow(
  model: LayersModel,
  x: Tensors | (() => Scalar),
  y: Tensors = [],
  loss?: string | LossFunction,
): Promise<LayerFlow[]> {
  assertBuilt(model, 'gradientFlow(model, x, y, loss)');
  const cells = findRecurrentCells(model);
  if (cells.length === 0) {
    throw new ClippingError(
      'not-recurrent',
      `\`gradientFlow(${model.name})\` needs a model with a recurrent layer; received one with ` +
        `${model.layers.map((layer) => layer.getClassName()).join(', ')}.`,
    );
  }
  const computeLoss = typeof x === 'function' ? x : createLoss(model, x, y, loss);
  const uses: LayerUse[] = [];
  const run = (): void => {
    const weights = model.weights.map((weight) => weight.read());
    engine().gradients(computeLoss, weights, undefined, true);
  };
  try {
    tidy(() => runWatched(cells, uses, run));
    return await Promise.all(uses.filter((use) => !isRepeated(use, uses)).map(readFlow));
  } finally {
    for (const { norms } of uses) dispose(norms.filter((norm) => typeof norm === 'object'));
  }
}

function createLoss(model: LayersModel, x: Tensors, y: Tensors, loss: string | LossFunction | undefined): () => Scalar {
  const computeLoss = scalarLoss(model, loss);
  return () => computeLoss(y, model.apply(x, { training: false }) as Tensors);
}

/** One call of a layer. */
interface LayerUse {
  readonly layer: string;
  readonly inputs: readonly Tensor[];
  readonly norms: (number | Scalar)[];
}

/**
 * Whether an earlier call did the same work and counts instead: tfjs calls a layer once for each of its outputs that the
 * model uses, such as the states of an encoder, and takes all outputs from the first call.
 */
function isRepeated(use: LayerUse, uses: readonly LayerUse[]): boolean {
  const hasGradient = use.norms.some((norm) => norm !== 0);
  const first = uses.find(
    ({ layer, inputs }) => layer === use.layer && inputs.every((input, index) => input === use.inputs[index]),
  );
  return !hasGradient && use !== first;
}

/** Calls `run`, and records every call of a cell's layer in `uses` meanwhile. */
function runWatched(cells: readonly FoundCell[], uses: LayerUse[], run: () => void): void {
  const restorers: (() => void)[] = [];
  const override = (target: object, name: string, value: unknown): void => {
    // An own property shadows the method of the class; deleting it restores the method.
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
    restorers.push(() => void Reflect.deleteProperty(target, name));
  };
  const fusedListeners = new Map<object, () => GradientListener>();
  for (const { name, layer, cell } of cells) {
    let use: LayerUse | undefined;
    const callLayer = layer.call.bind(layer);
    override(layer, 'call', (...args: Parameters<typeof callLayer>) => {
      const [x, kwargs] = args;
      const inputs = [...(Array.isArray(x) ? x : [x]), ...(kwargs?.initialState ?? [])];
      use = { layer: name, inputs, norms: new Array<number>(inputs[0]!.shape[1]!).fill(0) };
      uses.push(use);
      return callLayer(...args);
    });
    const currentNorms = (): LayerUse['norms'] => use!.norms;
    // A stateful layer stores its new states with resetStates; the measurement must not change them.
    if (layer.stateful) override(layer, 'resetStates', () => undefined);
    if (layer.getClassName().startsWith('Fused')) {
      fusedListeners.set(layer, () => {
        const norms = currentNorms();
        return (t, norm) => (norms[t] = norm);
      });
    } else {
      watchCell({ layer, cell, override, currentNorms });
    }
  }
  try {
    withListeners(fusedListeners, run);
  } finally {
    for (const restore of restorers.reverse()) restore();
  }
}

interface WatchedCell extends Pick<FoundCell, 'layer' | 'cell'> {
  override(target: object, name: string, value: unknown): void;
  currentNorms(): LayerUse['norms'];
}

function watchCell({ layer, cell, override, currentNorms }: WatchedCell): void {
  let norms: LayerUse['norms'] | undefined;
  let step = 0;
  const callCell = cell.call.bind(cell);
  override(cell, 'call', (...args: Parameters<typeof callCell>) => {
    const outputs = callCell(...args);
    const current = currentNorms();
    if (current !== norms) step = 0;
    norms = current;
    const t = layer.goBackwards ? current.length - 1 - step : step;
    step += 1;
    const h = outputs[0] as Tensor;
    const measured = transformGradient(h, (gradient) => {
      current[t] = keep(globalNormOf({ gradient }));
      return gradient;
    });
    // The cell returns h twice, as output and as state. One tensor for both receives the sum of their gradients.
    return outputs.map((output) => (output === h ? measured : output));
  });
}

async function readFlow({ layer, norms }: LayerUse): Promise<LayerFlow> {
  const read = async (norm: number | Scalar): Promise<number> =>
    typeof norm === 'number' ? norm : ((await norm.data())[0] ?? 0);
  return { layer, norms: await Promise.all(norms.map(read)) };
}
