import { ClippingError, formatValue } from '../core/errors.ts';
import { assertOptionNames } from '../core/options.ts';
import { toPlainOptions } from '../core/plain.ts';
import type { StepRecord } from '../records/records.ts';

/**
 * How to handle a step whose gradients have NaN or ±Infinity.
 *
 * @category Optimizer
 */
export type NonFinitePolicy = 'skip' | 'zero' | 'propagate' | 'throw';

/**
 * The options of {@link clipOptimizer}.
 *
 * @category Optimizer
 */
export interface ClipOptions {
  /**
   * How to handle a step whose gradients have NaN or ±Infinity. `skip` skips the step, so weights and the state of the
   * optimizer stay unchanged; `zero` sets these elements to 0, then clips; `propagate` passes them on; `throw` throws.
   * Such a step never enters the strategy's state. Defaults to `skip`. On webgl and webgpu, `throw` reads one small tensor
   * in each step.
   */
  readonly onNonFinite?: NonFinitePolicy;
  /**
   * Consecutive non-finite steps after which `skip` and `zero` throw; defaults to 20. On cpu and wasm, the step that
   * reaches the limit throws. On other backends, the host reads the count only once in as many steps, and does not wait
   * for it, so a later step throws. Until then, steps are still skipped or zeroed.
   */
  readonly maxConsecutiveNonFinite?: number;
  /**
   * Whether to warn once on the console when a fixed threshold clipped more than 90 % of 200 steps, or none; defaults to
   * true.
   */
  readonly warnings?: boolean;
  /** How many of the latest steps to keep records of; defaults to 1000; 0 turns measuring off. */
  readonly window?: number;
  /**
   * Called with the record of each step: on cpu and wasm at the end of the step, on other backends in batches after it,
   * because reading in the step would stall it. An error that it throws is rethrown at the end of the step; on other
   * backends, at the end of a later step.
   */
  readonly onStep?: (record: StepRecord) => void;
}

type Rule = readonly [rule: string, isValid: (value: unknown) => boolean];

const policies: readonly unknown[] = ['skip', 'zero', 'propagate', 'throw'] satisfies NonFinitePolicy[];
const isWhole = (value: unknown, least: number): boolean => Number.isInteger(value) && (value as number) >= least;

const rules: Readonly<Record<keyof ClipOptions, Rule>> = {
  onNonFinite: [`one of '${policies.join("', '")}'`, (value) => policies.includes(value)],
  maxConsecutiveNonFinite: [
    'a whole number of at least 1, or Infinity',
    (value) => value === Infinity || isWhole(value, 1),
  ],
  warnings: ['true or false', (value) => typeof value === 'boolean'],
  window: ['a whole number of at least 0', (value) => isWhole(value, 0)],
  onStep: ['a function', (value) => typeof value === 'function'],
};

/**
 * Validates and copies the options.
 *
 * @throws ClippingError `unknown-option` or `bad-option`.
 */
export function parseOptions(value: unknown): ClipOptions {
  const options = toPlainOptions('clipOptimizer', value);
  assertOptionNames('clipOptimizer', options, Object.keys(rules));
  for (const [name, option] of Object.entries(options)) {
    const [rule, isValid] = rules[name as keyof ClipOptions];
    if (option === undefined || isValid(option)) continue;
    throw new ClippingError(
      'bad-option',
      `\`clipOptimizer({ ${name} })\` must be ${rule}; received ${formatValue(option)}.`,
    );
  }
  return options;
}
