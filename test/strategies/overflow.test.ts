// Gradients whose every element is a float32 and whose norm is too long to be one are finite, and treated so.
import { setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { allStrategies } from 'gradclip/strategies';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVICE, registerDevice } from '../../src/testing/backends.ts';
import { inTurn } from '../support/clip-steps.ts';

const ordinary = { w: [1, 2, -2, 4] };
const long = { w: [3e38, -3e38, 3e38, 3e38] };

const notFinite = (lists: Readonly<Record<string, unknown>>): unknown[] =>
  Object.values(lists)
    .flat()
    .filter((value) => !Number.isFinite(value));

registerDevice();

describe.each(['cpu', 'wasm', DEVICE])('on %s', (backend) => {
  beforeAll(() => setBackend(backend));
  afterAll(() => setBackend('cpu'));

  it.each(allStrategies.map((factory) => [factory.id, factory()] as const))(
    '%s stays finite, and so does its memory',
    (_, strategy) => {
      for (const { gradients, state } of inTurn(strategy, [long, ordinary, long, ordinary])) {
        expect([notFinite(gradients), notFinite(state)]).toEqual([[], []]);
      }
    },
  );
});
