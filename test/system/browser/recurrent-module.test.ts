import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createHeapMemory, createOwnMemory, type PassMemory } from '../../../src/recurrent/fused/wasm/pass-memory.ts';
import { differsBy } from '../../../src/recurrent/fused/wasm/self-test.ts';
import { CELLS, hasRelaxedSimd, randomCalls } from '../../src/recurrent/random-calls.ts';
import { registerWasm } from './wasm-files.ts';

// The page is isolated from other origins, so tfjs loads the build whose heap is shared by threads.
registerWasm();

it('finds relaxed SIMD in this browser', () => {
  expect(hasRelaxedSimd).toBe(true);
});

describe.each(['cpu', 'wasm'])('the recurrent module in a browser, on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  describe.each([false, true])('relaxed SIMD: %s', (isRelaxed) => {
    let memory: PassMemory;
    beforeAll(() => {
      memory = (backend === 'cpu' ? createOwnMemory : createHeapMemory)(isRelaxed);
    });

    it.each(CELLS)('matches the loops in JavaScript for random sizes and options: %s', (_cell, cell) => {
      for (const options of randomCalls(cell, 24))
        expect(
          tf.tidy(() => differsBy(memory, cell, options)),
          JSON.stringify(options),
        ).toBeLessThan(1e-5);
    });
  });
});
