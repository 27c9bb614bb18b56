import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { benches } from './backends.ts';
import { use } from './bench.ts';

const COUNT = 20_000_000;

describe('the norm of 20 million elements', () => {
  // On wasm, tfjs adds float32 sequentially, which loses two percent here. The ops kernels cannot avoid that.
  it.each(benches.filter(({ title }) => title !== 'ops on wasm'))(
    'is accurate to the last one or two bits on $title',
    async (bench) => {
      await use(bench);
      // Σ = 20e6 · 0.01 in exact arithmetic over the float32 nearest to 0.1.
      const truth = Math.sqrt(COUNT) * Math.fround(0.1);
      const [norm] = tf.tidy(() => [
        ...bench
          .kernels()
          .globalNorm([tf.fill([COUNT], 0.1)], 2)
          .dataSync(),
      ]);
      expect(Math.abs(norm! / truth - 1)).toBeLessThan(2e-7);
    },
  );
});
