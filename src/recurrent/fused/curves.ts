import {
  add,
  exp,
  greater,
  less,
  logicalAnd,
  mul,
  neg,
  onesLike,
  scalar,
  square,
  sub,
  where,
  abs,
  type Tensor,
} from '@tensorflow/tfjs-core';

/**
 * An activation whose slope follows from its own output, so that backpropagation needs not keep what entered it.
 */
export interface Curve {
  /** a = φ(z). */
  value(z: number): number;
  /** φ′(z), from a. */
  slope(a: number): number;
  /** φ′(z) from a, for tensors. */
  slopes(a: Tensor): Tensor;
}

// The constants of Klambauer et al. (2017), as tfjs has them.
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const ones = (a: Tensor): Tensor => onesLike(a);
// Where the slope is 0 it is 0·a, so that of NaN it is NaN, as in tfjs: a step that is no longer a number must show it.
const within = (a: Tensor, low: number, high: number): Tensor =>
  where(logicalAnd(greater(a, low), less(a, high)), ones(a), mul(a, 0));

const CURVES: Readonly<Record<string, Curve>> = {
  linear: { value: (z) => z, slope: () => 1, slopes: ones },
  tanh: { value: tanh, slope: (a) => 1 - a * a, slopes: (a) => sub(1, square(a)) },
  sigmoid: { value: (z) => 1 / (1 + Math.exp(-z)), slope: (a) => a * (1 - a), slopes: (a) => mul(a, sub(1, a)) },
  hardSigmoid: {
    value: (z) => Math.max(0, Math.min(1, 0.2 * z + 0.5)),
    slope: (a) => (a > 0 && a < 1 ? 0.2 : a * 0),
    slopes: (a) => mul(within(a, 0, 1), 0.2),
  },
  relu: {
    value: (z) => Math.max(0, z),
    slope: (a) => (a > 0 ? 1 : a * 0),
    slopes: (a) => where(greater(a, 0), ones(a), mul(a, 0)),
  },
  relu6: {
    value: (z) => Math.min(6, Math.max(0, z)),
    slope: (a) => (a > 0 && a < 6 ? 1 : a * 0),
    slopes: (a) => within(a, 0, 6),
  },
  elu: {
    value: (z) => (z > 0 ? z : Math.expm1(z)),
    slope: (a) => (a > 0 ? 1 : a + 1),
    slopes: (a) => where(greater(a, 0), ones(a), add(a, 1)),
  },
  selu: {
    value: (z) => SELU_SCALE * (z > 0 ? z : SELU_ALPHA * Math.expm1(z)),
    slope: (a) => (a > 0 ? SELU_SCALE : a + SELU_SCALE * SELU_ALPHA),
    slopes: (a) => where(greater(a, 0), mul(ones(a), SELU_SCALE), add(a, SELU_SCALE * SELU_ALPHA)),
  },
  softplus: {
    value: (z) => (z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z))),
    slope: (a) => -Math.expm1(-a),
    slopes: (a) => sub(scalar(1), exp(neg(a))),
  },
  softsign: {
    value: (z) => z / (1 + Math.abs(z)),
    slope: (a) => (1 - Math.abs(a)) ** 2,
    slopes: (a) => square(sub(1, abs(a))),
  },
};

/** The names of the activations that a fused layer can differentiate. */
export const fusableActivations: readonly string[] = Object.keys(CURVES);

/** The curve of a tfjs activation, by its class name; undefined where the slope does not follow from the output. */
export function curveOf(name: string): Curve | undefined {
  return Object.hasOwn(CURVES, name) ? CURVES[name] : undefined;
}

// Exact to float32 and several times faster than Math.tanh: in float64 the subtraction loses nothing that float32
// would have kept, above 10⁻⁵.
function tanh(z: number): number {
  if (z > 10) return 1;
  if (z < -10) return -1;
  if (z < 1e-5 && z > -1e-5) return z;
  const e = Math.exp(2 * z);
  return (e - 1) / (e + 1);
}
