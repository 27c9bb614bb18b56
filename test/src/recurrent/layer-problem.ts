// Runs one recurrent layer of tfjs and the float64 oracle on the same random problem.
import * as tf from '@tensorflow/tfjs';
import { seededUniform } from '../../../src/core/random.ts';
import { bptt, type Answer } from '../../support/oracles/recurrent/bptt.ts';
import * as oracles from '../../support/oracles/recurrent/cells.ts';
import type { CellOracle, Clips, Curve, Weights } from '../../support/oracles/recurrent/cells.ts';
import type { Matrix } from '../../support/oracles/recurrent/matrix.ts';

export type Kind = 'simpleRNN' | 'lstm' | 'gru';
export const KINDS: readonly Kind[] = ['simpleRNN', 'lstm', 'gru'];
export const GATES: Record<Kind, number> = { simpleRNN: 1, lstm: 4, gru: 3 };

export interface Problem {
  readonly kind: Kind;
  readonly weights: Weights;
  readonly x: number[][][];
  readonly outer: number[][][];
  readonly initial: Matrix[];
  readonly mask: number[][];
  readonly outerStates: Matrix[];
}

/** A random problem; `scale` makes the recurrent kernel large enough for gradients to explode. */
export function problem(
  kind: Kind,
  seed: number,
  { batch = 3, time = 6, features = 4, units = 5, scale = 1 } = {},
): Problem {
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
    outer: cube(units),
    initial: Array.from({ length: states }, () => matrix(batch, units)),
    // The first row of padded data is whole, the others end early; one step in the middle is missing too.
    mask: Array.from({ length: batch }, (_, i) =>
      Array.from({ length: time }, (_t, t) => (t < time - i && !(i === 1 && t === 1) ? 1 : 0)),
    ),
    outerStates: Array.from({ length: states }, () => matrix(batch, units)),
  };
}

export interface Setting {
  readonly activation?: 'tanh' | 'linear' | 'relu';
  readonly recurrentActivation?: 'sigmoid' | 'hardSigmoid';
  readonly goBackwards?: boolean;
  readonly masked?: boolean;
  readonly initialState?: boolean;
  readonly returnSequences?: boolean;
  readonly returnState?: boolean;
}

/** The options of tf.layers for this problem; weights are set by {@link solve}. */
export function optionsOf({ weights }: Problem, setting: Setting = {}) {
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

/** What a tfjs layer answers: outputs and gradients of L = Σ outer·h (+ Σ outerStates·states), as plain arrays. */
export interface Solved {
  readonly outputs: number[];
  readonly states: number[][];
  readonly kernel: number[];
  readonly recurrentKernel: number[];
  readonly bias: number[];
  readonly x: number[];
  readonly initial: number[][];
}

type RecurrentLayer = tf.RNN;

/** The answer as tensors, for backends that are best read from afar; the caller disposes them. */
interface OnDevice {
  readonly outputs: tf.Tensor;
  readonly states: tf.Tensor[];
  /** Of kernel, recurrent kernel, bias, x and the initial states. */
  readonly gradients: tf.Tensor[];
}

function solveOnDevice(layer: RecurrentLayer, given: Problem, setting: Setting): OnDevice {
  const { weights } = given;
  if (!layer.built) {
    layer.apply(tf.input({ shape: [given.x[0]!.length, given.x[0]![0]!.length] }));
    tf.tidy(() => layer.setWeights([tf.tensor2d(weights.W), tf.tensor2d(weights.U), tf.tensor1d(weights.b)]));
  }
  return tf.tidy(() => {
    const x = tf.tensor3d(given.x);
    const initial = given.initial.map((state) => tf.tensor2d(state));
    const kwargs: Record<string, unknown> = { training: true };
    if (setting.masked) kwargs['mask'] = tf.tensor2d(given.mask, undefined, 'bool');
    if (setting.initialState) kwargs['initialState'] = initial;
    const outer = outerOf(given, setting);
    let outputs!: tf.Tensor;
    let states: tf.Tensor[] = [];
    const variables = layer.weights.map((weight) => weight.read());
    const loss = (): tf.Scalar => {
      const all = layer.apply(x, kwargs);
      const [sequence, ...rest] = Array.isArray(all) ? all : [all];
      outputs = tf.keep((sequence as tf.Tensor).clone());
      states = rest.map((state) => tf.keep((state as tf.Tensor).clone()));
      const terms = [tf.sum(tf.mul(sequence as tf.Tensor, outer))];
      rest.forEach((state, s) => terms.push(tf.sum(tf.mul(state as tf.Tensor, tf.tensor2d(given.outerStates[s]!)))));
      return terms.reduce((total, term) => tf.add(total, term)) as tf.Scalar;
    };
    const inputs = [...variables, x, ...(setting.initialState ? initial : [])];
    const gradients = tf.engine().gradients(loss, inputs).grads;
    return { outputs, states, gradients };
  });
}

/** Runs the layer and its gradient, and reads both. */
export function solve(layer: RecurrentLayer, given: Problem, setting: Setting = {}): Solved {
  const all = flat(solveOnDevice(layer, given, setting));
  const values = all.map((tensor) => tensor.dataSync());
  tf.dispose(all);
  return inOrder(values, given, setting);
}

/** The same with reads that are awaited, as webgpu wants them. */
export async function solveAsync(layer: RecurrentLayer, given: Problem, setting: Setting = {}): Promise<Solved> {
  const all = flat(solveOnDevice(layer, given, setting));
  const values = await Promise.all(all.map((tensor) => tensor.data()));
  tf.dispose(all);
  return inOrder(values, given, setting);
}

const flat = ({ outputs, states, gradients }: OnDevice): tf.Tensor[] => [outputs, ...states, ...gradients];

function inOrder(values: ArrayLike<number>[], given: Problem, setting: Setting): Solved {
  const plain = values.map((each) => Array.from(each));
  const states = setting.returnState ? given.initial.length : 0;
  const [kernel, recurrentKernel, bias, x, ...initial] = plain.slice(1 + states) as [
    number[],
    number[],
    number[],
    number[],
  ];
  return { outputs: plain[0]!, states: plain.slice(1, 1 + states), kernel, recurrentKernel, bias, x, initial };
}

// tfjs hands a backwards layer's sequence back in the order of processing.
function outerOf(given: Problem, setting: Setting): tf.Tensor {
  const whole = tf.tensor3d(given.outer);
  if (setting.returnSequences === false) return tf.tensor2d(given.outer.map((rows) => rows[lastStep(given, setting)]!));
  return setting.goBackwards ? tf.reverse(whole, 1) : whole;
}

const lastStep = (given: Problem, setting: Setting): number => (setting.goBackwards ? 0 : given.x[0]!.length - 1);

const CELLS: Record<Kind, CellOracle> = oracles;
const CURVES: Record<string, Curve> = oracles as unknown as Record<string, Curve>;

/** The oracle's answer to the same problem, in the layout of {@link Solved}. */
export function expected(given: Problem, setting: Setting = {}, clips?: Partial<Clips>): Solved & { flow: number[] } {
  const { activation = 'tanh', recurrentActivation = 'sigmoid' } = setting;
  const last = lastStep(given, setting);
  const outer =
    setting.returnSequences === false
      ? given.outer.map((rows) => rows.map((row, t) => (t === last ? row : row.map(() => 0))))
      : given.outer;
  const answer: Answer = bptt({
    cell: CELLS[given.kind],
    weights: given.weights,
    curves: { phi: CURVES[activation]!, sigma: CURVES[recurrentActivation]! },
    x: given.x,
    outer,
    states: given.initial.length,
    ...(setting.initialState ? { initial: given.initial } : {}),
    ...(setting.masked ? { mask: given.mask } : {}),
    ...(setting.returnState ? { outerStates: given.outerStates } : {}),
    ...(clips ? { clips } : {}),
    goBackwards: setting.goBackwards ?? false,
  });
  const outputs = setting.goBackwards ? [...answer.outputs].reverse() : answer.outputs;
  const sequence = given.x.flatMap((_, i) => outputs.flatMap((rows) => rows[i]!));
  return {
    outputs: setting.returnSequences === false ? answer.outputs[last]!.flat() : sequence,
    states: setting.returnState ? answer.finalStates.map((state) => state.flat()) : [],
    kernel: answer.dW.flat(),
    recurrentKernel: answer.dU.flat(),
    bias: answer.db,
    x: answer.dx.flat(2),
    initial: setting.initialState ? answer.dInitial.map((state) => state.flat()) : [],
    flow: answer.flow,
  };
}

/** The largest difference between two answers, relative to the largest magnitude in each tensor. */
export function distance(actual: Solved, wanted: Solved): number {
  const pairs: [number[], number[]][] = [
    [actual.outputs, wanted.outputs],
    [actual.kernel, wanted.kernel],
    [actual.recurrentKernel, wanted.recurrentKernel],
    [actual.bias, wanted.bias],
    [actual.x, wanted.x],
    ...wanted.states.map((state, s): [number[], number[]] => [actual.states[s]!, state]),
    ...wanted.initial.map((state, s): [number[], number[]] => [actual.initial[s]!, state]),
  ];
  return Math.max(...pairs.map(([a, b]) => relative(a, b)));
}

export function relative(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  const scale = Math.max(1e-6, ...b.map(Math.abs));
  const worst = Math.max(0, ...a.map((value, i) => Math.abs(value - b[i]!)));
  // NaN must not pass for "no difference".
  return Number.isNaN(worst) ? Infinity : worst / scale;
}
