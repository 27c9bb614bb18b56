import {
  abs,
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
  type Tensor,
} from '@tensorflow/tfjs-core';
import { ownValue } from '../core/entries.ts';

/** An activation whose slope can be computed from its output, so backpropagation need not keep its input. */
export interface FusableActivation {
  /** a = φ(z). */
  value(z: number): number;
  /** φ′(z), from a. */
  slope(a: number): number;
  /** φ′(z) from a, for tensors. */
  slopes(a: Tensor): Tensor;
  /** sup |φ′|. */
  readonly maxSlope: number;
  /** The smallest interval that contains every φ(z). */
  readonly range: readonly [number, number];
}

// The constants of Klambauer et al. (2017), with tfjs's digits.
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const ones = (a: Tensor): Tensor => onesLike(a);
// A zero slope is written 0·a, so that NaN gives NaN, as in tfjs: a NaN must not disappear in backpropagation.
const oneWithin = (a: Tensor, low: number, high: number): Tensor =>
  where(logicalAnd(greater(a, low), less(a, high)), ones(a), mul(a, 0));

const ACTIVATIONS: Readonly<Record<string, FusableActivation>> = {
  linear: { value: (z) => z, slope: () => 1, slopes: ones, maxSlope: 1, range: [-Infinity, Infinity] },
  tanh: { value: tanh, slope: (a) => 1 - a * a, slopes: (a) => sub(1, square(a)), maxSlope: 1, range: [-1, 1] },
  sigmoid: {
    value: (z) => 1 / (1 + Math.exp(-z)),
    slope: (a) => a * (1 - a),
    slopes: (a) => mul(a, sub(1, a)),
    maxSlope: 0.25,
    range: [0, 1],
  },
  hardSigmoid: {
    value: (z) => Math.max(0, Math.min(1, 0.2 * z + 0.5)),
    slope: (a) => (a > 0 && a < 1 ? 0.2 : a * 0),
    slopes: (a) => mul(oneWithin(a, 0, 1), 0.2),
    maxSlope: 0.2,
    range: [0, 1],
  },
  relu: {
    value: (z) => Math.max(0, z),
    slope: (a) => (a > 0 ? 1 : a * 0),
    slopes: (a) => where(greater(a, 0), ones(a), mul(a, 0)),
    maxSlope: 1,
    range: [0, Infinity],
  },
  relu6: {
    value: (z) => Math.min(6, Math.max(0, z)),
    slope: (a) => (a > 0 && a < 6 ? 1 : a * 0),
    slopes: (a) => oneWithin(a, 0, 6),
    maxSlope: 1,
    range: [0, 6],
  },
  elu: {
    value: (z) => (z > 0 ? z : Math.expm1(z)),
    slope: (a) => (a > 0 ? 1 : a + 1),
    slopes: (a) => where(greater(a, 0), ones(a), add(a, 1)),
    maxSlope: 1,
    range: [-1, Infinity],
  },
  selu: {
    value: (z) => SELU_SCALE * (z > 0 ? z : SELU_ALPHA * Math.expm1(z)),
    slope: (a) => (a > 0 ? SELU_SCALE : a + SELU_SCALE * SELU_ALPHA),
    slopes: (a) => where(greater(a, 0), mul(ones(a), SELU_SCALE), add(a, SELU_SCALE * SELU_ALPHA)),
    // The limit from below at 0; above 0 the slope is only SELU_SCALE.
    maxSlope: SELU_SCALE * SELU_ALPHA,
    range: [-SELU_SCALE * SELU_ALPHA, Infinity],
  },
  softplus: {
    value: (z) => (z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z))),
    slope: (a) => -Math.expm1(-a),
    slopes: (a) => sub(scalar(1), exp(neg(a))),
    maxSlope: 1,
    range: [0, Infinity],
  },
  softsign: {
    value: (z) => z / (1 + Math.abs(z)),
    slope: (a) => (1 - Math.abs(a)) ** 2,
    slopes: (a) => square(sub(1, abs(a))),
    maxSlope: 1,
    range: [-1, 1],
  },
};

/** The class names of the activations that a fused layer can differentiate. */
export const fusableActivationNames: readonly string[] = Object.keys(ACTIVATIONS);

/** Finds an activation by its tfjs class name; undefined if its slope cannot be computed from its output. */
export function findActivation(name: string): FusableActivation | undefined {
  return ownValue(ACTIVATIONS, name);
}

// Exact to float32 and several times faster than Math.tanh. Above 10⁻⁵ the float64 subtraction keeps every digit
// that float32 has.
function tanh(z: number): number {
  if (z > 10) return 1;
  if (z < -10) return -1;
  if (z < 1e-5 && z > -1e-5) return z;
  const e = Math.exp(2 * z);
  return (e - 1) / (e + 1);
}
