// The three cells of tfjs-layers, forward and backward, in float64, written directly from the equations:
//
//   SimpleRNN  h' = φ(x·W + b + h·U)                                              Elman (1990)
//   LSTM       i, f, o = σ(z), g = φ(z), c' = f∘c + i∘g, h' = o∘φ(c')             Hochreiter & Schmidhuber (1997), Gers (2000)
//   GRU        u, r = σ(z), a = φ(x·Wa + ba + (r∘h)·Ua), h' = u∘h + (1-u)∘a        Cho et al. (2014), reset gate before the product
import { beside, columns, map, plus, product, times, transposed, withRow, type Matrix } from './matrix.ts';

export interface Curve {
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
}
export const tanh: Curve = { value: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 };
export const linear: Curve = { value: (x) => x, slope: () => 1 };
export const relu: Curve = { value: (x) => Math.max(0, x), slope: (x) => (x > 0 ? 1 : 0) };
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
export const sigmoid: Curve = { value: logistic, slope: (x) => logistic(x) * (1 - logistic(x)) };
export const hardSigmoid: Curve = {
  value: (x) => Math.min(1, Math.max(0, 0.2 * x + 0.5)),
  slope: (x) => (Math.abs(x) <= 2.5 ? 0.2 : 0),
};

export interface Weights {
  readonly W: Matrix;
  readonly U: Matrix;
  readonly b: number[];
}
export interface Curves {
  readonly phi: Curve;
  readonly sigma: Curve;
}
/** The functions that clip gradients in the backward pass. */
export interface Clips {
  readonly gate: (gradient: Matrix) => Matrix;
  readonly state: (gradient: Matrix) => Matrix;
}
/** One step: its new states, and the function that backpropagates their gradients. */
export interface Step {
  readonly states: Matrix[];
  backward(gradients: Matrix[], clips: Clips): { dz: Matrix; dU: Matrix; states: Matrix[] };
}
export type CellOracle = (x: Matrix, states: Matrix[], weights: Weights, curves: Curves) => Step;

const value = (z: Matrix, curve: Curve): Matrix => map(z, curve.value);
const slope = (z: Matrix, curve: Curve): Matrix => map(z, curve.slope);
const oneMinus = (a: Matrix): Matrix => map(a, (x) => 1 - x);
const minus = (a: Matrix, b: Matrix): Matrix => map(a, (x, i, j) => x - b[i]![j]!);

export const simpleRNN: CellOracle = (x, [h], { W, U, b }, { phi }) => {
  const z = withRow(plus(product(x, W), product(h!, U)), b);
  return {
    states: [value(z, phi)],
    backward([dh], clips) {
      const dz = clips.gate(times(clips.state(dh!), slope(z, phi)));
      return { dz, dU: product(transposed(h!), dz), states: [product(dz, transposed(U))] };
    },
  };
};

export const lstm: CellOracle = (x, [h, c], { W, U, b }, { phi, sigma }) => {
  const z = withRow(plus(product(x, W), product(h!, U)), b);
  const units = h![0]!.length;
  const [zi, zf, zg, zo] = [0, 1, 2, 3].map((gate) => columns(z, gate * units, (gate + 1) * units)) as Matrix[];
  const [i, f, o] = [value(zi!, sigma), value(zf!, sigma), value(zo!, sigma)];
  const g = value(zg!, phi);
  const carry = plus(times(f, c!), times(i, g));
  const out = value(carry, phi);
  return {
    states: [times(o, out), carry],
    backward([dh, dc], clips) {
      const dhClipped = clips.state(dh!);
      const dCarry = clips.state(plus(dc!, times(times(dhClipped, o), slope(carry, phi))));
      const dz = beside(
        clips.gate(times(times(dCarry, g), slope(zi!, sigma))),
        clips.gate(times(times(dCarry, c!), slope(zf!, sigma))),
        clips.gate(times(times(dCarry, i), slope(zg!, phi))),
        clips.gate(times(times(dhClipped, out), slope(zo!, sigma))),
      );
      return { dz, dU: product(transposed(h!), dz), states: [product(dz, transposed(U)), times(dCarry, f)] };
    },
  };
};

export const gru: CellOracle = (x, [h], { W, U, b }, { phi, sigma }) => {
  const units = h![0]!.length;
  const [Uu, Ur, Ua] = [0, 1, 2].map((gate) => columns(U, gate * units, (gate + 1) * units)) as Matrix[];
  const zx = withRow(product(x, W), b);
  const zu = plus(columns(zx, 0, units), product(h!, Uu!));
  const zr = plus(columns(zx, units, 2 * units), product(h!, Ur!));
  const [u, r] = [value(zu, sigma), value(zr, sigma)];
  const rh = times(r, h!);
  const za = plus(columns(zx, 2 * units, 3 * units), product(rh, Ua!));
  const a = value(za, phi);
  return {
    states: [plus(times(u, h!), times(oneMinus(u), a))],
    backward([dhRaw], clips) {
      const dh = clips.state(dhRaw!);
      const da = clips.gate(times(times(dh, oneMinus(u)), slope(za, phi)));
      const drh = product(da, transposed(Ua!));
      const dr = clips.gate(times(times(drh, h!), slope(zr, sigma)));
      const du = clips.gate(times(times(dh, minus(h!, a)), slope(zu, sigma)));
      const throughGates = plus(product(du, transposed(Uu!)), product(dr, transposed(Ur!)));
      return {
        dz: beside(du, dr, da),
        dU: beside(product(transposed(h!), du), product(transposed(h!), dr), product(transposed(rh), da)),
        states: [plus(plus(times(dh, u), times(drh, r)), throughGates)],
      };
    },
  };
};
