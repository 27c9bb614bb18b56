import { eye, mul, serialization, tensor, tidy, tile, util, type DataType, type Tensor } from '@tensorflow/tfjs-core';
import type { initializers } from '@tensorflow/tfjs-layers';
import { ClippingError, formatValue } from '../core/errors.ts';
import { assertOptionNames } from '../core/options.ts';
import { registerClasses } from './register-classes.ts';
import { seededNormal } from './seeded-normal.ts';
import { orthonormalRows } from './orthonormal-rows.ts';

/**
 * An initializer of tfjs-layers.
 *
 * @category Initialization and residual layers
 */
export type Initializer = ReturnType<typeof initializers.zeros>;

type InitializerClass = new () => Initializer;

// tfjs-layers does not export the class that its own initializers extend, and accepts no other.
const Base = Object.getPrototypeOf(
  serialization.SerializationMap.getMap().classNameMap['Zeros']?.[0],
) as unknown as InitializerClass;

/** A scaled identity in each gate's square of a recurrent kernel. */
export class IdentityScaled extends Base {
  static className = 'IdentityScaled';
  readonly scale: number;

  constructor({ scale = 1 }: IdentityScaledOptions = {}) {
    super();
    if (!Number.isFinite(scale)) throw badOption('identityScaled({ scale })', 'a finite number', scale);
    this.scale = scale;
  }

  override apply(shape: number[]): Tensor {
    const [units, columns] = matrixShape('identityScaled', shape);
    if (columns % units !== 0) {
      throw badOption('identityScaled()', 'for a recurrent kernel, [units, gates·units]', shape);
    }
    return tidy(() => tile(mul(eye(units), this.scale), [1, columns / units]));
  }

  override getConfig(): serialization.ConfigDict {
    return { scale: this.scale };
  }
}

/** The distribution of tfjs's Orthogonal, computed on the host. */
export class FastOrthogonal extends Base {
  static className = 'FastOrthogonal';
  readonly gain: number;
  readonly seed: number | null;

  constructor({ gain = 1, seed }: FastOrthogonalOptions = {}) {
    super();
    if (!Number.isFinite(gain)) throw badOption('fastOrthogonal({ gain })', 'a finite number', gain);
    this.gain = gain;
    this.seed = seed ?? null;
    if (this.seed !== null && !Number.isInteger(this.seed)) {
      throw badOption('fastOrthogonal({ seed })', 'a whole number, or null', seed);
    }
  }

  override apply(shape: number[], dtype: DataType = 'float32'): Tensor {
    matrixShape('fastOrthogonal', shape, 2);
    const columns = shape.at(-1)!;
    const rows = util.sizeFromShape(shape) / columns;
    const [few, many] = rows < columns ? [rows, columns] : [columns, rows];
    const vectors = orthonormalRows(few, many, seededNormal(this.seed));
    const values = new Float32Array(rows * columns);
    for (let i = 0; i < few; i += 1) {
      for (let j = 0; j < many; j += 1) {
        values[rows < columns ? i * columns + j : j * columns + i] = this.gain * vectors[i]![j]!;
      }
    }
    return tensor(values, shape, dtype);
  }

  override getConfig(): serialization.ConfigDict {
    return { gain: this.gain, seed: this.seed };
  }
}

/** All initializers of gradclip. */
export const INITIALIZERS = [IdentityScaled, FastOrthogonal];

/**
 * The options of {@link identityScaled}.
 *
 * @category Initialization and residual layers
 */
export interface IdentityScaledOptions {
  /** The value on the diagonal, 1 by default; also the spectral norm. */
  readonly scale?: number;
}

/**
 * A recurrent kernel that starts as `scale`·I, for each gate: with relu and no bias, the IRNN.
 *
 * The state is copied from step to step until training says otherwise, so gradients neither vanish nor explode at
 * the start; scales of 0.01 to 1 suit tasks with shorter memories.
 *
 * Source: Le, Jaitly & Hinton (2015), A simple way to initialize recurrent networks of rectified linear units.
 * https://arxiv.org/abs/1504.00941
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { identityScaled } from 'gradclip/recurrent';
 *
 * const irnn = tf.layers.simpleRNN({ units: 8, activation: 'relu', recurrentInitializer: identityScaled() });
 * ```
 *
 * @throws ClippingError `unknown-option`; `bad-option` for a scale that is not finite, and in use for a shape that is not [units, gates·units].
 * @category Initialization and residual layers
 */
export function identityScaled(options: IdentityScaledOptions = {}): Initializer {
  assertOptionNames('identityScaled', options, ['scale']);
  registerClasses(INITIALIZERS);
  return new IdentityScaled(options);
}

/**
 * The options of {@link fastOrthogonal}.
 *
 * @category Initialization and residual layers
 */
export interface FastOrthogonalOptions {
  /** What the orthonormal vectors are multiplied with, 1 by default; also the spectral norm. */
  readonly gain?: number;
  /** The same seed gives the same matrix, on every backend; without one each is another. */
  readonly seed?: number | null;
}

/**
 * A random (semi-)orthogonal matrix, as tfjs's `orthogonal`, without its wait: milliseconds where that takes seconds.
 *
 * All singular values are `gain`, so a step neither shortens nor lengthens a gradient by the kernel alone. Gaussian
 * vectors are made orthonormal on the host, in float64.
 *
 * Source: Saxe, McClelland & Ganguli (2014), Exact solutions to the nonlinear dynamics of learning in deep linear
 * neural networks. https://arxiv.org/abs/1312.6120
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { fastOrthogonal } from 'gradclip/recurrent';
 *
 * const lstm = tf.layers.lstm({ units: 256, recurrentInitializer: fastOrthogonal({ seed: 1 }) });
 * ```
 *
 * @throws ClippingError `unknown-option`; `bad-option` for a gain that is not finite or a seed that is no whole number,
 *   and in use for shapes of fewer than two axes.
 * @category Initialization and residual layers
 */
export function fastOrthogonal(options: FastOrthogonalOptions = {}): Initializer {
  assertOptionNames('fastOrthogonal', options, ['gain', 'seed']);
  registerClasses(INITIALIZERS);
  return new FastOrthogonal(options);
}

function matrixShape(call: string, shape: number[], atLeast?: number): [number, number] {
  const fits = atLeast === undefined ? shape.length === 2 : shape.length >= atLeast;
  if (!fits) throw badOption(`${call}()`, 'for a matrix', shape);
  return shape as [number, number];
}

function badOption(call: string, rule: string, received: unknown): ClippingError {
  return new ClippingError('bad-option', `\`${call}\` must be ${rule}; received ${formatValue(received)}.`);
}
