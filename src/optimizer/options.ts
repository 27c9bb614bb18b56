import { ClippingError, formatValue } from '../core/errors.ts';
import { assertOptionNames } from '../core/options.ts';
import { toPlainOptions } from '../core/plain.ts';
import type { StepRecord } from '../records/records.ts';

/**
 * What to do with a step whose gradients hold NaN or ±Infinity.
 *
 * @category Optimizer
 */
export type NonFinitePolicy = 'skip' | 'zero' | 'propagate' | 'throw';

/**
 * How a {@link ClippedOptimizer} works.
 *
 * @category Optimizer
 */
export interface ClipOptions {
  /**
   * What to do with a step whose gradients hold NaN or ±Infinity: `skip` it whole, so that weights and optimizer
   * memory stay; make these elements `zero`, then clip; `propagate` them; or `throw`. Such a step never enters the
   * strategy's memory. Defaults to `skip` on cpu, wasm and node, and to `zero` on webgl and webgpu. `throw` reads
   * one small tensor in each step.
   */
  readonly onNonFinite?: NonFinitePolicy;
  /** Steps in a row with non-finite gradients after which `skip` and `zero` give up and throw; defaults to 20. */
  readonly maxConsecutiveNonFinite?: number;
  /** Whether to warn once on the console when a fixed threshold clipped over 90 % of 200 steps, or none; defaults to true. */
  readonly warnings?: boolean;
  /** Steps of which records are kept; defaults to 1000, and 0 turns measuring off. */
  readonly window?: number;
  /**
   * Called with the record of each step. On cpu and wasm at the end of the step; elsewhere, where reading would
   * stall, in batches after it.
   */
  readonly onStep?: (record: StepRecord) => void;
}

type Rule = readonly [rule: string, keeps: (value: unknown) => boolean];

const policies: readonly unknown[] = ['skip', 'zero', 'propagate', 'throw'] satisfies NonFinitePolicy[];
const isWhole = (value: unknown, least: number): boolean => Number.isInteger(value) && (value as number) >= least;

// By hand: the schemas of valibot for this would weigh more than all the rest of this file in a bundle.
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

/** The options, copied; refuses those that are misspelt or out of range, before the first step. */
export function parseOptions(given: unknown): ClipOptions {
  const options = toPlainOptions('clipOptimizer', given);
  assertOptionNames('clipOptimizer', options, Object.keys(rules));
  for (const [name, value] of Object.entries(options)) {
    const [rule, keeps] = rules[name as keyof ClipOptions];
    if (value === undefined || keeps(value)) continue;
    throw new ClippingError(
      'bad-option',
      `\`clipOptimizer({ ${name} })\` must be ${rule}; received ${formatValue(value)}.`,
    );
  }
  return options;
}
