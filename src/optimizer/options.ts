import * as v from 'valibot';
import { ClippingError, shown } from '../core/errors.ts';
import { expectOptionNames } from '../core/options.ts';
import type { StepRecord } from './records.ts';

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
  /**
   * Whether to warn on the console, once, when a fixed threshold clipped more than 90 % of 200 steps, or none; defaults
   * to true.
   */
  readonly warnings?: boolean;
  /** Steps of which records are kept; defaults to 1000, and 0 turns measuring off. */
  readonly window?: number;
  /**
   * Called with the record of each step. On cpu and wasm at the end of the step; elsewhere, where reading would
   * stall, in batches after it.
   */
  readonly onStep?: (record: StepRecord) => void;
}

const policies = ['skip', 'zero', 'propagate', 'throw'] as const;
const rules = {
  onNonFinite: { schema: v.picklist(policies), rule: `one of ${policies.map((one) => `'${one}'`).join(', ')}` },
  maxConsecutiveNonFinite: {
    schema: v.union([v.pipe(v.number(), v.integer(), v.minValue(1)), v.literal(Infinity)]),
    rule: 'a whole number of at least 1, or Infinity',
  },
  warnings: { schema: v.boolean(), rule: 'true or false' },
  window: { schema: v.pipe(v.number(), v.integer(), v.minValue(0)), rule: 'a whole number of at least 0' },
  onStep: { schema: v.function(), rule: 'a function' },
};

/** Refuses options that are misspelt or out of range, before the first step. */
export function expectClipOptions(given: ClipOptions): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ClippingError(
      'bad-option',
      `\`clipOptimizer\` takes its options as one object; received ${shown(given)}.`,
    );
  }
  expectOptionNames('clipOptimizer', given, Object.keys(rules));
  for (const [name, value] of Object.entries(given)) {
    const { schema, rule } = rules[name as keyof typeof rules];
    if (value !== undefined && !v.is(schema as v.GenericSchema, value)) {
      throw new ClippingError(
        'bad-option',
        `\`clipOptimizer({ ${name} })\` must be ${rule}; received ${shown(value)}.`,
      );
    }
  }
}
