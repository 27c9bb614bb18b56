// A gradient can fit into float32 while its norm does not. Strategies must still treat it as finite.
import { fill, setBackend, tidy } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import {
  agc,
  allStrategies,
  blockRms,
  globalNorm,
  normalize,
  perLayer,
  perVariable,
  softNorm,
} from 'gradclip/strategies';
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

describe.each(['cpu', 'wasm'])('a norm beyond float32 on %s', (backend) => {
  beforeAll(() => setBackend(backend));
  afterAll(() => setBackend('cpu'));

  const SIDE = 1000;

  it.each([
    { strategy: globalNorm({ maxNorm: 1 }), length: 1 },
    { strategy: globalNorm({ maxNorm: 1, ord: 3 }), length: (SIDE * SIDE) ** (1 / 2 - 1 / 3) },
    { strategy: perVariable({ maxNorm: 1 }), length: 1 },
    { strategy: perVariable({ maxNorm: 1, axes: [0] }), length: Math.sqrt(SIDE) },
    { strategy: perLayer({ maxNorm: 1 }), length: 1 },
    { strategy: normalize({ norm: 1 }), length: 1 },
    { strategy: softNorm({ maxNorm: 1 }), length: 1 },
    { strategy: blockRms({ maxRms: 1 }), length: SIDE },
    // Each weight is as large as its gradient.
    { strategy: agc({ ratio: 1e-38 }), length: SIDE * 3 },
  ])('is clipped to its limit by $strategy.id with $strategy.options', ({ strategy, length }) => {
    for (const element of [1e37, 3e38]) {
      tidy(() => {
        const gradients = { 'dense/kernel': fill([SIDE, SIDE], element) };
        const parameters = { 'dense/kernel': fill([SIDE, SIDE], 3e38) };
        const clipped = strategy.clip(gradients, {}, { step: 0, parameters }).gradients['dense/kernel']!;
        const squares = clipped.dataSync<'float32'>().reduce((sum, value) => sum + value * value, 0);
        expect(Math.sqrt(squares) / length).toBeCloseTo(1, 5);
      });
    }
  });
});
