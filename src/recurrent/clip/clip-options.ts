import type { Tensor } from '@tensorflow/tfjs-core';
import { ClippingError } from '../../core/errors.ts';
import { limitFactors } from '../../core/tensors.ts';
import { choice, optional, threshold } from '../../core/fields.ts';
import { resolveOptions } from '../../core/options.ts';
import { toPlainOptions } from '../../core/plain.ts';
import { clampAll, globalNormOf, scaleAll } from '../../core/tensors.ts';
import type { Config } from '../tfjs-layers.ts';

/**
 * The options of {@link clipBackprop}: exactly one of `maxAbs` and `maxNorm`, and `at`.
 *
 * @category Clipping inside BPTT
 */
export interface ClipBackpropOptions {
  /** Largest magnitude of an element of the gradients that `at` selects, from 0 to `Infinity`. */
  readonly maxAbs?: number;
  /** Largest Euclidean norm of the whole tensor `[batch, units]` of one time step, from 0 to `Infinity`. */
  readonly maxNorm?: number;
  /**
   * Which gradients are clipped, `'preactivation'` by default.
   *
   * - `'preactivation'`: ∂L/∂z of each gate, where z is the input of its activation. SimpleRNN has 1 such tensor, LSTM
   *   4 and GRU 3; each is clipped separately (Graves 2013, section 2.1).
   * - `'state'`: ∂L/∂hₜ and, in LSTM, ∂L/∂cₜ. Each is the whole gradient that reaches the state of step t, the sum of
   *   those from the output and from step t+1.
   */
  readonly at?: 'preactivation' | 'state';
}

/** The parsed options; exactly one of the two thresholds is not null. */
export interface ClipSettings {
  readonly maxAbs: number | null;
  readonly maxNorm: number | null;
  readonly at: 'preactivation' | 'state';
}

const FIELDS = {
  maxAbs: optional(threshold({ default: 1, about: 'Largest magnitude of a gradient element at one time step.' })),
  maxNorm: optional(threshold({ default: 1, about: 'Largest norm of the gradient at one time step.' })),
  at: choice(['preactivation', 'state'], { default: 'preactivation', about: 'Which gradients are clipped.' }),
};

/**
 * Validates the options of {@link clipBackprop}.
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
      `\`clipBackprop\` needs exactly one of \`maxAbs\` (for each element) and \`maxNorm\` (for each step's tensor); ` +
        `received ${maxAbs === null ? 'neither' : 'both'}. Try { maxAbs: 1 }.`,
    );
  }
  return { maxAbs, maxNorm, at };
}

/** Converts the options for a layer's configuration, with 'Infinity' as a string because JSON has no Infinity. */
export function toClipConfig({ maxAbs, maxNorm, at }: ClipSettings): Config {
  const toJson = (limit: number): number | string => (limit === Infinity ? 'Infinity' : limit);
  return { ...(maxAbs === null ? { maxNorm: toJson(maxNorm ?? Infinity) } : { maxAbs: toJson(maxAbs) }), at };
}

/** Clips a gradient. Returns the same tensor if it needs no clipping; NaN stays NaN. */
export function clipGradient(gradient: Tensor, { maxAbs, maxNorm }: ClipSettings): Tensor {
  const gradients = { gradient };
  if (maxAbs !== null) return clampAll(gradients, -maxAbs, maxAbs).gradient as Tensor;
  return scaleAll(gradients, limitFactors(globalNormOf(gradients), maxNorm ?? Infinity)).gradient as Tensor;
}

// When tfjs saves a model it converts names and string values to snake case, so 'Infinity' comes back as 'infinity'.
function restoreInfinity(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(options);
  return Object.fromEntries(entries.map(([name, value]) => [name, value === 'infinity' ? Infinity : value]));
}
