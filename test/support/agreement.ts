import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { compareWithOracle, type FactoryUnderTest, type Oracle, type OracleOptions } from 'gradclip/testing';
import { expect, it } from 'vitest';
import { BACKENDS, sequencesOf } from './settings.ts';

const SEQUENCES = 10;

/** Compares a strategy with its oracle for more options than `testLaws` uses. */
export function itMatchesOracle<Options>(
  factory: FactoryUnderTest<Options>,
  oracle: Oracle<never>,
  optionSets: readonly Options[],
  trial: OracleOptions<Options> = {},
): void {
  const sequences = sequencesOf(SEQUENCES);
  it.each(optionSets.flatMap((options) => BACKENDS.map((backend) => ({ options, backend }))))(
    'matches its oracle with $options on $backend',
    async ({ options, backend }) => {
      const { compared } = await compareWithOracle(factory, oracle, { sequences, ...trial, options, backend });
      expect(compared).toBeGreaterThan(40 * sequences);
    },
  );
}
