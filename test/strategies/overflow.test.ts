// A gradient can fit into float32 while its norm does not. Strategies must still treat it as finite.
import { setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { allStrategies } from 'gradclip/strategies';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVICE, registerDevice } from '../../src/testing/backends.ts';
import { clipSteps } from '../support/clip-steps.ts';

const ordinary = { w: [1, 2, -2, 4] };
const long = { w: [3e38, -3e38, 3e38, 3e38] };

const notFinite = (lists: Readonly<Record<string, unknown>>): unknown[] =>
  Object.values(lists)
    .flat()
    .filter((value) => !Number.isFinite(value));

registerDevice();

describe.each(['cpu', 'wasm', DEVICE])('gradients with an overflowing norm on %s', (backend) => {
  beforeAll(() => setBackend(backend));
  afterAll(() => setBackend('cpu'));

  it.each(allStrategies.map((factory) => [factory.id, factory()] as const))(
    '%s keeps gradients and state finite',
    (_, strategy) => {
      for (const { gradients, state } of clipSteps(strategy, [long, ordinary, long, ordinary])) {
        expect([notFinite(gradients), notFinite(state)]).toEqual([[], []]);
      }
    },
  );
});
