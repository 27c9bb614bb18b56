import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';
import { finiteOf, globalNormOf, normsOf } from '../core/tensors.ts';
import type { HostNorms } from '../kernels/index.ts';

/** What a step measures before clipping: numbers on the host, or tensors on the device. */
export interface GradientMeasurement<Vector = ArrayLike<number>, Value = number> {
  /** ‖g‖₂ of each variable; shape [variables]. */
  readonly norms: Vector;
  /** 1 for each variable whose gradient is finite, else 0; shape [variables]. */
  readonly finite: Vector;
  /** ‖g‖₂ of all gradients; shape []. */
  readonly normBefore: Value;
}

/** What a step measures: numbers on the host, or tensors on the device. */
export interface Measurement<Vector = ArrayLike<number>, Value = number> extends GradientMeasurement<Vector, Value> {
  /** The step, counted from 0. */
  readonly step: number;
  /** The variables that have a gradient. */
  readonly variables: readonly string[];
  /** ‖g‖₂ of all gradients after clipping; shape []. */
  readonly normAfter: Value;
  /** 1 if the step was skipped, else 0; shape []. */
  readonly skipped: Value;
  /** The threshold that the strategy measured; Infinity until it is known; shape []. */
  readonly threshold?: Value | undefined;
}

/** A measurement on the device. */
export type DeviceMeasurement = Measurement<Tensor1D, Scalar>;

/** Measures gradients as tensors, on any backend. */
export function measure(gradients: NamedTensors): GradientMeasurement<Tensor1D, Scalar> {
  return { norms: normsOf(gradients), finite: finiteOf(gradients), normBefore: globalNormOf(gradients) };
}

/** Measures gradients as numbers, on a backend whose reads are free. */
export function measureOnHost(host: HostNorms, gradients: NamedTensors): GradientMeasurement {
  const tensors = Object.values(gradients);
  return { norms: host.norms(tensors), finite: host.finite(tensors), normBefore: host.globalNorm(tensors) };
}
