// Runs a recurrent layer and the float64 oracle on the same random inputs and weights.
import * as tf from '@tensorflow/tfjs';
import { seededUniform } from '../../../src/core/random.ts';
import { bptt, type BpttResult } from '../../support/oracles/recurrent/bptt.ts';
import * as oracles from '../../support/oracles/recurrent/cells.ts';
import type { CellOracle, Clips, Curve, Weights } from '../../support/oracles/recurrent/cells.ts';
import type { Matrix } from '../../support/oracles/recurrent/matrix.ts';

export type Kind = 'simpleRNN' | 'lstm' | 'gru';
export const KINDS: readonly Kind[] = ['simpleRNN', 'lstm', 'gru'];
export const GATES: Record<Kind, number> = { simpleRNN: 1, lstm: 4, gru: 3 };

export interface LayerCase {
  readonly kind: Kind;
  readonly weights: Weights;
  readonly x: number[][][];
  readonly outputGradients: number[][][];
  readonly initial: Matrix[];
  readonly mask: number[][];
  readonly stateGradients: Matrix[];
}

/** Draws random inputs and weights for one layer; `scale` makes the recurrent kernel large enough for gradients to explode. */
export function randomCase(
  kind: Kind,
  seed: number,
  { batch = 3, time = 6, features = 4, units = 5, scale = 1 } = {},
): LayerCase {
  const next = seededUniform(seed);
  const normal = (): number => Math.fround((next() + next() + next() - 1.5) * 1.2);
  const matrix = (rows: number, columns: number, by = 1): Matrix =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => Math.fround(normal() * by)));
  const cube = (columns: number): number[][][] => Array.from({ length: batch }, () => matrix(time, columns));
  const gates = GATES[kind] * units;
  const states = kind === 'lstm' ? 2 : 1;
  return {
    kind,
    weights: { W: matrix(features, gates), U: matrix(units, gates, scale), b: matrix(1, gates)[0]! },
    x: cube(features),
    outputGradients: cube(units),
    initial: Array.from({ length: states }, () => matrix(batch, units)),
    // The first row is complete, the others end early. Row 1 also lacks a step in the middle.
    mask: Array.from({ length: batch }, (_, i) =>
      Array.from({ length: time }, (_t, t) => (t < time - i && !(i === 1 && t === 1) ? 1 : 0)),
    ),
    stateGradients: Array.from({ length: states }, () => matrix(batch, units)),
  };
}

export interface LayerSetting {
  readonly activation?: 'tanh' | 'linear' | 'relu';
  readonly recurrentActivation?: 'sigmoid' | 'hardSigmoid';
  readonly goBackwards?: boolean;
  readonly masked?: boolean;
  readonly initialState?: boolean;
  readonly returnSequences?: boolean;
  readonly returnState?: boolean;
}

/** The options of tf.layers for this case; {@link runLayer} sets the weights. */
export function layerOptions({ weights }: LayerCase, setting: LayerSetting = {}) {
  const { activation = 'tanh', recurrentActivation = 'sigmoid' } = setting;
  return {
    units: weights.U.length,
    activation,
    recurrentActivation,
    recurrentInitializer: 'glorotUniform' as const,
    returnSequences: setting.returnSequences ?? true,
    returnState: setting.returnState ?? false,
    goBackwards: setting.goBackwards ?? false,
  };
}

/** Outputs and gradients of L = Σ outputGradients·h (+ Σ stateGradients·states), as plain arrays. */
export interface LayerResult {
  readonly outputs: number[];
  readonly states: number[][];
  readonly kernel: number[];
  readonly recurrentKernel: number[];
  readonly bias: number[];
  readonly x: number[];
  readonly initial: number[][];
}

type RecurrentLayer = tf.RNN;

/** The same result as tensors, for backends that are read asynchronously; the caller disposes them. */
interface DeviceResult {
  readonly outputs: tf.Tensor;
  readonly states: tf.Tensor[];
  /** The gradients of kernel, recurrent kernel, bias, x and the initial states. */
  readonly gradients: tf.Tensor[];
}

function runOnDevice(layer: RecurrentLayer, layerCase: LayerCase, setting: LayerSetting): DeviceResult {
  const { weights } = layerCase;
  if (!layer.built) {
    layer.apply(tf.input({ shape: [layerCase.x[0]!.length, layerCase.x[0]![0]!.length] }));
    tf.tidy(() => layer.setWeights([tf.tensor2d(weights.W), tf.tensor2d(weights.U), tf.tensor1d(weights.b)]));
  }
  return tf.tidy(() => {
    const x = tf.tensor3d(layerCase.x);
    const initial = layerCase.initial.map((state) => tf.tensor2d(state));
    const kwargs: Record<string, unknown> = { training: true };
    if (setting.masked) kwargs['mask'] = tf.tensor2d(layerCase.mask, undefined, 'bool');
    if (setting.initialState) kwargs['initialState'] = initial;
    const outputGradients = lossWeights(layerCase, setting);
    let outputs!: tf.Tensor;
    let states: tf.Tensor[] = [];
    const variables = layer.weights.map((weight) => weight.read());
    const loss = (): tf.Scalar => {
      const all = layer.apply(x, kwargs);
      const [sequence, ...rest] = Array.isArray(all) ? all : [all];
      outputs = tf.keep((sequence as tf.Tensor).clone());
      states = rest.map((state) => tf.keep((state as tf.Tensor).clone()));
      const terms = [tf.sum(tf.mul(sequence as tf.Tensor, outputGradients))];
      rest.forEach((state, s) =>
        terms.push(tf.sum(tf.mul(state as tf.Tensor, tf.tensor2d(layerCase.stateGradients[s]!)))),
      );
      return terms.reduce((total, term) => tf.add(total, term)) as tf.Scalar;
    };
    const inputs = [...variables, x, ...(setting.initialState ? initial : [])];
    const gradients = tf.engine().gradients(loss, inputs).grads;
    return { outputs, states, gradients };
  });
}

/** Runs the layer forward and backward, and reads the result. */
export function runLayer(layer: RecurrentLayer, layerCase: LayerCase, setting: LayerSetting = {}): LayerResult {
  const all = flat(runOnDevice(layer, layerCase, setting));
  const values = all.map((tensor) => tensor.dataSync());
  tf.dispose(all);
  return toLayerResult(values, layerCase, setting);
}

/** Like {@link runLayer}, with asynchronous reads, which webgpu requires. */
export async function runLayerAsync(
  layer: RecurrentLayer,
  layerCase: LayerCase,
  setting: LayerSetting = {},
): Promise<LayerResult> {
  const all = flat(runOnDevice(layer, layerCase, setting));
  const values = await Promise.all(all.map((tensor) => tensor.data()));
  tf.dispose(all);
  return toLayerResult(values, layerCase, setting);
}

const flat = ({ outputs, states, gradients }: DeviceResult): tf.Tensor[] => [outputs, ...states, ...gradients];

function toLayerResult(values: ArrayLike<number>[], layerCase: LayerCase, setting: LayerSetting): LayerResult {
  const plain = values.map((each) => Array.from(each));
  const states = setting.returnState ? layerCase.initial.length : 0;
  const [kernel, recurrentKernel, bias, x, ...initial] = plain.slice(1 + states) as [
    number[],
    number[],
    number[],
    number[],
  ];
  return { outputs: plain[0]!, states: plain.slice(1, 1 + states), kernel, recurrentKernel, bias, x, initial };
}

// With goBackwards, tfjs returns the sequence in the order of processing.
function lossWeights(layerCase: LayerCase, setting: LayerSetting): tf.Tensor {
  const sequence = tf.tensor3d(layerCase.outputGradients);
  if (setting.returnSequences === false)
    return tf.tensor2d(layerCase.outputGradients.map((rows) => rows[lastStep(layerCase, setting)]!));
  return setting.goBackwards ? tf.reverse(sequence, 1) : sequence;
}

const lastStep = (layerCase: LayerCase, setting: LayerSetting): number =>
  setting.goBackwards ? 0 : layerCase.x[0]!.length - 1;

const CELLS: Record<Kind, CellOracle> = oracles;
const CURVES: Record<string, Curve> = oracles as unknown as Record<string, Curve>;

/** Computes the same case with the float64 oracle. */
export function oracleResult(
  layerCase: LayerCase,
  setting: LayerSetting = {},
  clips?: Partial<Clips>,
): LayerResult & { flow: number[] } {
  const { activation = 'tanh', recurrentActivation = 'sigmoid' } = setting;
  const last = lastStep(layerCase, setting);
  const outputGradients =
    setting.returnSequences === false
      ? layerCase.outputGradients.map((rows) => rows.map((row, t) => (t === last ? row : row.map(() => 0))))
      : layerCase.outputGradients;
  const result: BpttResult = bptt({
    cell: CELLS[layerCase.kind],
    weights: layerCase.weights,
    curves: { phi: CURVES[activation]!, sigma: CURVES[recurrentActivation]! },
    x: layerCase.x,
    outputGradients,
    states: layerCase.initial.length,
    ...(setting.initialState ? { initial: layerCase.initial } : {}),
    ...(setting.masked ? { mask: layerCase.mask } : {}),
    ...(setting.returnState ? { stateGradients: layerCase.stateGradients } : {}),
    ...(clips ? { clips } : {}),
    goBackwards: setting.goBackwards ?? false,
  });
  const outputs = setting.goBackwards ? [...result.outputs].reverse() : result.outputs;
  const sequence = layerCase.x.flatMap((_, i) => outputs.flatMap((rows) => rows[i]!));
  return {
    outputs: setting.returnSequences === false ? result.outputs[last]!.flat() : sequence,
    states: setting.returnState ? result.finalStates.map((state) => state.flat()) : [],
    kernel: result.dW.flat(),
    recurrentKernel: result.dU.flat(),
    bias: result.db,
    x: result.dx.flat(2),
    initial: setting.initialState ? result.dInitial.map((state) => state.flat()) : [],
    flow: result.flow,
  };
}

/** The largest difference between two results, relative to the largest magnitude in each tensor. */
export function largestError(actual: LayerResult, expected: LayerResult): number {
  const pairs: [number[], number[]][] = [
    [actual.outputs, expected.outputs],
    [actual.kernel, expected.kernel],
    [actual.recurrentKernel, expected.recurrentKernel],
    [actual.bias, expected.bias],
    [actual.x, expected.x],
    ...expected.states.map((state, s): [number[], number[]] => [actual.states[s]!, state]),
    ...expected.initial.map((state, s): [number[], number[]] => [actual.initial[s]!, state]),
  ];
  return Math.max(...pairs.map(([a, b]) => relativeError(a, b)));
}

export function relativeError(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  const scale = Math.max(1e-6, ...b.map(Math.abs));
  const worst = Math.max(0, ...a.map((value, i) => Math.abs(value - b[i]!)));
  // NaN must not count as "no difference".
  return Number.isNaN(worst) ? Infinity : worst / scale;
}
