// Backpropagation through time in float64 for the cells in cells.ts, with masks, direction and clipping.
import type { CellOracle, Clips, Curves, Step, Weights } from './cells.ts';
import { columnSums, map, norm, plus, product, transposed, zeros, type Matrix } from './matrix.ts';

export interface Sequence {
  readonly cell: CellOracle;
  readonly weights: Weights;
  readonly curves: Curves;
  /** [batch][time][features] */
  readonly x: number[][][];
  /** One matrix [batch][units] per state of the cell; zeros by default. */
  readonly initial?: Matrix[];
  readonly states: number;
  /** [batch][time] of 0 and 1. */
  readonly mask?: number[][];
  readonly goBackwards?: boolean;
  /** The part of ∂L/∂hₜ that comes directly from the loss, [batch][time][units]; t is the time index. */
  readonly outputGradients: number[][][];
  /** The gradients of the final states, if the loss depends on them. */
  readonly stateGradients?: Matrix[];
  readonly clips?: Partial<Clips>;
}

export interface BpttResult {
  /** [time][batch][units] */
  readonly outputs: Matrix[];
  readonly finalStates: Matrix[];
  readonly dW: Matrix;
  readonly dU: Matrix;
  readonly db: number[];
  readonly dx: number[][][];
  readonly dInitial: Matrix[];
  /** ‖∂L/∂hₜ‖ at each time index, before the cell clips it. */
  readonly flow: number[];
}

export function bptt(sequence: Sequence): BpttResult {
  const { cell, weights, curves, x, mask, outputGradients, clips } = sequence;
  const [batch, time, units] = [x.length, x[0]!.length, weights.U.length];
  const order = Array.from({ length: time }, (_, t) => (sequence.goBackwards ? time - 1 - t : t));
  const at = (whole: number[][][], t: number): Matrix => whole.map((rows) => rows[t]!);
  const maskAt = (t: number, row: number): number => (mask === undefined ? 1 : mask[row]![t]!);

  let states = sequence.initial ?? Array.from({ length: sequence.states }, () => zeros(batch, units));
  const steps: Step[] = [];
  const outputs: Matrix[] = [];
  for (const t of order) {
    const step = cell(at(x, t), states, weights, curves);
    const previous = states;
    states = step.states.map((state, s) => map(state, (v, i, j) => (maskAt(t, i) ? v : previous[s]![i]![j]!)));
    steps.push(step);
    outputs[t] = states[0]!;
  }
  const finalStates = states;

  const none: Clips = { gate: (g) => g, state: (g) => g };
  let gradients = sequence.stateGradients ?? states.map(() => zeros(batch, units));
  let dW = map(weights.W, () => 0);
  let dU = map(weights.U, () => 0);
  const db = weights.b.map(() => 0);
  const dx = x.map((rows) => rows.map((row) => row.map(() => 0)));
  const flow: number[] = [];
  for (const [index, t] of [...order.entries()].reverse()) {
    gradients = [plus(gradients[0]!, at(outputGradients, t)), ...gradients.slice(1)];
    const unmasked = gradients.map((g) => map(g, (v, i) => v * maskAt(t, i)));
    flow[t] = norm(unmasked[0]!);
    const back = steps[index]!.backward(unmasked, { ...none, ...clips });
    dW = plus(dW, product(transposed(at(x, t)), back.dz));
    dU = plus(dU, back.dU);
    columnSums(back.dz).forEach((sum, j) => (db[j]! += sum));
    product(back.dz, transposed(weights.W)).forEach((row, i) => (dx[i]![t] = row));
    gradients = gradients.map((g, s) => map(g, (v, i, j) => (maskAt(t, i) ? back.states[s]![i]![j]! : v)));
  }
  return { outputs, finalStates, dW, dU, db, dx, dInitial: gradients, flow };
}

/** Clips each element to ±limit. */
export const byValue =
  (limit: number) =>
  (g: Matrix): Matrix =>
    map(g, (v) => Math.max(-limit, Math.min(limit, v)));

/** Clips the norm of the whole matrix. */
export const byNorm =
  (limit: number) =>
  (g: Matrix): Matrix => {
    const length = norm(g);
    return length > limit ? map(g, (v) => (v * limit) / length) : g;
  };
