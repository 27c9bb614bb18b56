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
 * The gradient of one recurrent layer, step by step.
 *
 * @category Gradient flow
 */
export interface LayerFlow {
  /** The layer's name; `forward_…` and `backward_…` within bidirectional, `…/0` for a cell of a stack. */
  readonly layer: string;
  /**
   * ‖∂L/∂hₜ‖ over the tensor [batch, units] for each position t of the sequence, in units of loss per unit of
   * state: the whole gradient that reaches the state which step t computes, before a {@link clipBackprop} of that step.
   */
  readonly norms: readonly number[];
}

/**
 * Measures ‖∂L/∂hₜ‖ for every time step of every recurrent layer: the picture of vanishing and exploding gradients.
 *
 * In backpropagation through time the gradient falls or grows by about the same factor each step back; plotted over
 * t on a logarithmic axis that is a straight line, and its slope says what a sequence of another length would do.
 * Runs the model once forward (as in prediction, without dropout) and once back; weights, states of stateful layers
 * and the optimizer stay as they are. Works with the layers of tfjs and the fused ones. A layer that the model uses
 * several times gives several entries, in the order of use.
 *
 * Source: Pascanu, Mikolov & Bengio (2013), On the difficulty of training recurrent neural networks, section 2.
 * https://arxiv.org/abs/1211.5063
 *
 * A training loop with a loss of its own gives a function of no arguments in place of `x`, `y` and `loss`; it applies
 * the model itself and returns the loss, shape [].
 *
 * @param x The input, or the list of inputs, as for `model.predict`.
 * @param y The targets, as for the loss.
 * @param loss A function (targets, predictions) => tensor, or a loss of tfjs-layers by name; the compiled one by default.
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
 *   `bad-option` for a loss that is not one.
 * @category Gradient flow
 */
export async function gradientFlow(
  model: LayersModel,
  x: Tensors,
  y: Tensors,
  loss?: string | LossFunction,
): Promise<LayerFlow[]>;
export async function gradientFlow(model: LayersModel, lossOfModel: () => Scalar): Promise<LayerFlow[]>;
export async function gradientFlow(
  model: LayersModel,
  x: Tensors | (() => Scalar),
  y: Tensors = [],
  loss?: string | LossFunction,
): Promise<LayerFlow[]> {
  assertBuilt(model, 'gradientFlow(model, x, y, loss)');
  const found = findRecurrentCells(model);
  if (found.length === 0) {
    throw new ClippingError(
      'not-recurrent',
      `\`gradientFlow(${model.name})\` found no recurrent layer; it has ` +
        `${model.layers.map((layer) => layer.getClassName()).join(', ')}.`,
    );
  }
  const lossOf = typeof x === 'function' ? x : createLoss(model, x, y, loss);
  const uses: LayerUse[] = [];
  const run = (): void => {
    const weights = model.weights.map((weight) => weight.read());
    engine().gradients(lossOf, weights, undefined, true);
  };
  try {
    tidy(() => runWatched(found, uses, run));
    return await Promise.all(uses.map(readFlow));
  } finally {
    for (const { norms } of uses) dispose(norms.filter((norm) => typeof norm === 'object'));
  }
}

function createLoss(model: LayersModel, x: Tensors, y: Tensors, loss: string | LossFunction | undefined): () => Scalar {
  const lossOf = scalarLoss(model, loss);
  return () => lossOf(y, model.apply(x, { training: false }) as Tensors);
}

/** One call of a layer. */
interface LayerUse {
  readonly layer: string;
  readonly norms: (number | Scalar)[];
}

function runWatched(found: readonly FoundCell[], uses: LayerUse[], run: () => void): void {
  const undo: (() => void)[] = [];
  const override = (target: object, name: string, value: unknown): void => {
    // An own property shadows the method; deleting it brings the method back.
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
    undo.push(() => void Reflect.deleteProperty(target, name));
  };
  const fused = new Map<object, (time: number) => GradientListener>();
  for (const { name, layer, cell } of found) {
    const open = (time: number): LayerUse => {
      const use = { layer: name, norms: new Array<number>(time).fill(0) };
      uses.push(use);
      return use;
    };
    // What a stateful layer remembers must not change.
    if (layer.stateful) override(layer, 'resetStates', () => undefined);
    if (layer.getClassName().startsWith('Fused')) {
      fused.set(layer, (time) => {
        const { norms } = open(time);
        return (t, norm) => (norms[t] = norm);
      });
      continue;
    }
    watchCell({ layer, cell, override, open });
  }
  try {
    withListeners(fused, run);
  } finally {
    for (const each of undo.reverse()) each();
  }
}

interface WatchedCell extends Omit<FoundCell, 'name'> {
  override(target: object, name: string, value: unknown): void;
  open(time: number): LayerUse;
}

function watchCell({ layer, cell, override, open }: WatchedCell): void {
  let use: LayerUse | undefined;
  let step = 0;
  const unroll = layer.call.bind(layer);
  const compute = cell.call.bind(cell);
  override(layer, 'call', (...args: Parameters<typeof unroll>) => {
    const inputs = args[0];
    const time = (Array.isArray(inputs) ? inputs[0]! : inputs).shape[1] as number;
    use = open(time);
    step = 0;
    return unroll(...args);
  });
  override(cell, 'call', (...args: Parameters<typeof compute>) => {
    const outputs = compute(...args);
    const own = use as LayerUse;
    const t = layer.goBackwards ? own.norms.length - 1 - step : step;
    step += 1;
    const h = outputs[0] as Tensor;
    const tapped = transformGradient(h, (gradient) => {
      own.norms[t] = keep(globalNormOf({ gradient }));
      return gradient;
    });
    // Output and state are one tensor, and one gradient.
    return outputs.map((output) => (output === h ? tapped : output));
  });
}

async function readFlow({ layer, norms }: LayerUse): Promise<LayerFlow> {
  const read = async (norm: number | Scalar): Promise<number> =>
    typeof norm === 'number' ? norm : ((await norm.data())[0] ?? 0);
  return { layer, norms: await Promise.all(norms.map(read)) };
}
