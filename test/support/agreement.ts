import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { compareWithOracle, type FactoryUnderTest, type Oracle, type OracleOptions } from 'gradclip/testing';
import { expect, it } from 'vitest';
import { BACKENDS, sequencesOf } from './settings.ts';

const SEQUENCES = 10;

/** Compares a strategy with its oracle under further options; the laws bind it whatever they are. */
export function itAgreesWith<Options>(
  factory: FactoryUnderTest<Options>,
  oracle: Oracle<never>,
  variants: readonly Options[],
  trial: OracleOptions<Options> = {},
): void {
  const sequences = sequencesOf(SEQUENCES);
  it.each(variants.flatMap((options) => BACKENDS.map((backend) => ({ options, backend }))))(
    'agrees with its oracle under $options on $backend',
    async ({ options, backend }) => {
      const agreement = await compareWithOracle(factory, oracle, { sequences, ...trial, options, backend });
      expect(agreement.compared).toBeGreaterThan(40 * sequences);
    },
  );
}
