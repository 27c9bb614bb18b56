import { setBackend } from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { DEVICE, describeStrategy, type DescribeOptions, type FactoryUnderTest } from 'gradclip/testing';
import { beforeAll, describe, it } from 'vitest';
import { BACKENDS, sequencesOf } from '../settings.ts';
import type { LawConditions } from './conditions.ts';
import { testDeclaration } from './declaration.ts';

const SEQUENCES = 50;
// tfjs ops are slow on the simulated device, so fewer sequences are compared there.
const SEQUENCES_ON_DEVICE = 10;

/** Defines the tests of all laws, of the declaration, and of the agreement with the oracle, on every backend. */
export function testLaws<Options>(
  factory: FactoryUnderTest<Options>,
  { onDevice, breaking, ...options }: LawConditions<NoInfer<Options>> = {},
): void {
  const framework = { describe, it };
  describeStrategy(factory, { ...framework, backends: BACKENDS, sequences: sequencesOf(SEQUENCES), ...options });
  describeStrategy(factory, {
    ...framework,
    backends: [DEVICE],
    sequences: sequencesOf(SEQUENCES_ON_DEVICE),
    ...options,
    ...onDevice,
  });
  describe(`the declaration of ${factory.id}`, () => testDeclaration(factory, breaking ?? options.options));
}

/** Tests the laws with other options, on one backend only: the choice of kernels does not depend on options. */
export function testLawsWith<Options>(
  factory: FactoryUnderTest<Options>,
  options: DescribeOptions<NoInfer<Options>> & { readonly options: NoInfer<Options> },
): void {
  describeStrategy(factory, {
    describe,
    it,
    backends: BACKENDS.slice(-1),
    sequences: sequencesOf(SEQUENCES),
    ...options,
  });
}

// The other tests of a strategy run on cpu; each law chooses its own backend.
beforeAll(async () => {
  await setBackend('cpu');
});
