import type { Tensor } from '@tensorflow/tfjs-core';
import { ClippingError } from '../../core/errors.ts';
import { limitFactors } from '../../core/tensors.ts';
import { choice, optional, threshold } from '../../core/fields.ts';
import { resolveOptions } from '../../core/options.ts';
import { toPlainOptions } from '../../core/plain.ts';
import { clampAll, globalNormOf, scaleAll } from '../../core/tensors.ts';
import type { Config } from '../tfjs-layers.ts';

/**
 * How {@link clipBackprop} bounds the gradient at each time step: one of `maxAbs` and `maxNorm`.
 *
 * @category Clipping inside BPTT
 */
export interface ClipBackpropOptions {
  /** Largest magnitude of an element, from 0 to `Infinity`; in units of loss per unit of the tensor at `at`. */
  readonly maxAbs?: number;
  /** Largest Euclidean norm of the whole tensor `[batch, units]` of one time step, from 0 to `Infinity`. */
  readonly maxNorm?: number;
  /**
   * Where the gradient is bounded, *preactivation* by default.
   *
   * - `'preactivation'`: ∂L/∂z of each gate, z being what enters its activation: 1 tensor in SimpleRNN, 4 in LSTM
   *   and 3 in GRU, each bounded by itself (Graves 2013, section 2.1).
   * - `'state'`: ∂L/∂hₜ and, in LSTM, ∂L/∂cₜ, each the whole gradient that reaches the state of step t, from the
   *   output and from step t+1 together.
   */
  readonly at?: 'preactivation' | 'state';
}

/** Options that have been checked. */
export interface ClipSettings {
  readonly maxAbs: number | null;
  readonly maxNorm: number | null;
  readonly at: 'preactivation' | 'state';
}

const FIELDS = {
  maxAbs: optional(
    threshold({ default: 1, about: 'Largest magnitude of an element of the gradient at one time step.' }),
  ),
  maxNorm: optional(threshold({ default: 1, about: 'Largest norm of the gradient at one time step.' })),
  at: choice(['preactivation', 'state'], { default: 'preactivation', about: 'Where the gradient is bounded.' }),
};

/**
 * Checks the options of {@link clipBackprop}.
 *
 * @throws ClippingError `unknown-option` or `bad-option`.
 */
export function parseClipOptions(options: unknown): ClipSettings {
  const { maxAbs, maxNorm, at } = resolveOptions(
    'clipBackprop',
    FIELDS,
    restoreInfinity(toPlainOptions('clipBackprop', options)),
  );
  if ((maxAbs === null) === (maxNorm === null)) {
    throw new ClippingError(
      'bad-option',
      `\`clipBackprop\` takes exactly one of \`maxAbs\` (each element) and \`maxNorm\` (each step's whole tensor); ` +
        `received ${maxAbs === null ? 'neither' : 'both'}. Try { maxAbs: 1 }.`,
    );
  }
  return { maxAbs, maxNorm, at };
}

/** The options as a layer's configuration keeps them; JSON has no Infinity. */
export function toClipConfig({ maxAbs, maxNorm, at }: ClipSettings): Config {
  const written = (limit: number): number | string => (limit === Infinity ? 'Infinity' : limit);
  return { ...(maxAbs === null ? { maxNorm: written(maxNorm ?? Infinity) } : { maxAbs: written(maxAbs) }), at };
}

/** A gradient within its limit; the very same tensor where nothing changes; NaN stays NaN. */
export function clipGradient(gradient: Tensor, { maxAbs, maxNorm }: ClipSettings): Tensor {
  const named = { gradient };
  if (maxAbs !== null) return clampAll(named, -maxAbs, maxAbs).gradient as Tensor;
  return scaleAll(named, limitFactors(globalNormOf(named), maxNorm ?? Infinity)).gradient as Tensor;
}

// A saved model's JSON has been through a conversion that also lower-cases the values.
function restoreInfinity(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(options);
  return Object.fromEntries(entries.map(([name, value]) => [name, value === 'infinity' ? Infinity : value]));
}
