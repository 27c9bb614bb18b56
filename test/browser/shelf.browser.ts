import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { shelf } from 'gradclip/strategies';
import { compareWithOracle, type Oracle } from 'gradclip/testing';
import { describe, expect, it } from 'vitest';
import { workingDevices } from './devices.ts';

const oracles = import.meta.glob<{ oracle: Oracle<never> }>('../oracles/*.ts', { eager: true });
const devices = await workingDevices();

describe.each(devices)('the shelf on %s', (backend) => {
  it.each(shelf.map((factory) => [factory.id, factory] as const))('agrees with the oracle: %s', async (id, factory) => {
    const { oracle } = oracles[`../oracles/${id}.ts`] ?? {};
    if (oracle === undefined) throw new Error(`test/oracles/${id}.ts is missing`);
    const relativeTo = id === 'centralize' ? 'given' : 'expected';
    const agreement = await compareWithOracle(factory, oracle, {
      backend,
      sequences: 3,
      steps: 8,
      tolerance: 1e-4,
      relativeTo,
    });
    expect(agreement.compared).toBeGreaterThan(10);
  });

  it.each(shelf.map((factory) => [factory.id, factory] as const))(
    'reads nothing back in a step: %s',
    async (_id, factory) => {
      await tf.setBackend(backend);
      const w = tf.variable(tf.ones([4, 3]), true);
      const b = tf.variable(tf.zeros([3]), true);
      const optimizer = clipOptimizer(tf.train.sgd(0.1), factory(), { onNonFinite: 'zero' });
      const step = (scale: number) => {
        optimizer.minimize(
          () => tf.mul(tf.sum(tf.square(tf.add(tf.matMul(tf.ones([2, 4]), w), b))), scale) as tf.Scalar,
        );
      };
      const reads: string[] = [];
      const prototype = tf.Tensor.prototype as unknown as Record<string, (this: tf.Tensor) => unknown>;
      const originals = ['dataSync', 'data', 'array', 'arraySync'].map((name) => [name, prototype[name]!] as const);
      try {
        for (const [name, original] of originals)
          prototype[name] = function () {
            reads.push(name);
            return original.call(this);
          };
        for (const scale of [1, 1e-3, 100, 1]) step(scale);
      } finally {
        for (const [name, original] of originals) prototype[name] = original;
      }
      expect(reads).toEqual([]);
      const { steps } = await optimizer.stats();
      expect(steps).toBe(4);
      optimizer.dispose();
      tf.dispose([w, b]);
    },
  );
});
