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

// tfjs-layers accepts only subclasses of its own initializer class, and does not export that class.
const Base = Object.getPrototypeOf(
  serialization.SerializationMap.getMap().classNameMap['Zeros']?.[0],
) as unknown as InitializerClass;

/** Fills each gate's [units, units] block of a recurrent kernel with a scaled identity matrix. */
export class IdentityScaled extends Base {
  static className = 'IdentityScaled';
  readonly scale: number;

  constructor({ scale = 1 }: IdentityScaledOptions = {}) {
    super();
    if (!Number.isFinite(scale)) throw badOption('identityScaled({ scale })', 'a finite number', scale);
    this.scale = scale;
  }

  override apply(shape: number[]): Tensor {
    const [units, columns] = shape as [number, number];
    if (shape.length !== 2 || columns % units !== 0) {
      throw badShape('identityScaled', 'a recurrent kernel of shape [units, gates·units]', shape);
    }
    return tidy(() => tile(mul(eye(units), this.scale), [1, columns / units]));
  }

  override getConfig(): serialization.ConfigDict {
    return { scale: this.scale };
  }
}

/** Draws from the same distribution as tfjs's Orthogonal, computed on the host. */
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
      throw badOption('fastOrthogonal({ seed })', 'an integer or null', seed);
    }
  }

  override apply(shape: number[], dtype: DataType = 'float32'): Tensor {
    if (shape.length < 2) throw badShape('fastOrthogonal', 'weights with two or more axes', shape);
    const columns = shape.at(-1)!;
    const rows = util.sizeFromShape(shape) / columns;
    const isWide = rows < columns;
    const [count, length] = isWide ? [rows, columns] : [columns, rows];
    const vectors = orthonormalRows(count, length, seededNormal(this.seed));
    const values = new Float32Array(rows * columns);
    for (let i = 0; i < count; i += 1) {
      for (let j = 0; j < length; j += 1) {
        values[isWide ? i * columns + j : j * columns + i] = this.gain * vectors[i]![j]!;
      }
    }
    return tensor(values, shape, dtype);
  }

  override getConfig(): serialization.ConfigDict {
    return { gain: this.gain, seed: this.seed };
  }
}

/** The initializer classes of gradclip. */
export const INITIALIZERS = [IdentityScaled, FastOrthogonal];

/**
 * The options of {@link identityScaled}.
 *
 * @category Initialization and residual layers
 */
export interface IdentityScaledOptions {
  /** The value on the diagonal, which is also the spectral norm; 1 by default. */
  readonly scale?: number;
}

/**
 * Creates an initializer that sets a recurrent kernel to `scale`·I for each gate.
 *
 * With `scale: 1`, relu and no bias this is the IRNN: each step copies the state, so gradients neither vanish nor
 * explode at the start of training. Scales of 0.01 to 1 suit tasks with shorter dependencies.
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
 * @throws ClippingError `unknown-option`; `bad-option` for a scale that is not finite and, when the layer is
 *   built, for a shape other than [units, gates·units].
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
  /** The factor on the orthonormal vectors, which is also the spectral norm; 1 by default. */
  readonly gain?: number;
  /** The same seed gives the same matrix on every backend. Without a seed, each matrix differs. */
  readonly seed?: number | null;
}

/**
 * Creates an initializer for random (semi-)orthogonal matrices.
 *
 * It draws from the same distribution as tfjs's `orthogonal`, but takes milliseconds instead of seconds: it
 * orthonormalizes Gaussian vectors on the host, in float64. All singular values equal `gain`, so with `gain: 1` the
 * kernel alone neither shortens nor lengthens a gradient.
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
 * @throws ClippingError `unknown-option`; `bad-option` for a gain that is not finite, a seed that is not an integer
 *   and, when the layer is built, a shape of fewer than two axes.
 * @category Initialization and residual layers
 */
export function fastOrthogonal(options: FastOrthogonalOptions = {}): Initializer {
  assertOptionNames('fastOrthogonal', options, ['gain', 'seed']);
  registerClasses(INITIALIZERS);
  return new FastOrthogonal(options);
}

function badShape(initializer: string, expected: string, shape: number[]): ClippingError {
  return new ClippingError(
    'bad-option',
    `\`${initializer}()\` initializes ${expected}; received shape [${shape.join(', ')}].`,
  );
}

function badOption(call: string, rule: string, received: unknown): ClippingError {
  return new ClippingError('bad-option', `\`${call}\` must be ${rule}; received ${formatValue(received)}.`);
}
