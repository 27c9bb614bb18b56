import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { allStrategies } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomParameters, randomSequence } from '../../../src/testing/gradients.ts';
import { seededRandom } from '../../../src/testing/random.ts';
import { workingDevices } from './devices.ts';
import { readsDuring, worstError } from './session.ts';

const devices = await workingDevices();
const factories = allStrategies.map((factory) => [factory.id, factory] as const);

const STEPS = 12;
const SCALES = [1e-15, 1, 1e15];

describe.each(devices)('every strategy on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
    tf.engine().startScope();
  });
  afterEach(() => tf.engine().endScope());

  it.each(factories)('%s agrees with the oracle', async (id, factory) => {
    const { oracle } = (await import(`../../support/oracles/${id}.ts`)) as { oracle: Oracle<never> };
    let total = 0;
    for (const [seed, scale] of SCALES.entries()) {
      const { worst, where, compared } = await worstError(
        factory(),
        oracle,
        randomParameters(seededRandom(1000 + seed)),
        randomSequence({ seed, steps: STEPS, scale }),
        // The difference of an element and the mean is only as exact as the element itself.
        id === 'centralize' ? 'given' : 'expected',
      );
      // Divisions and roots of shaders are exact to a few units in the last place, and state accumulates the errors.
      expect(worst, where).toBeLessThan(5e-5);
      total += compared;
    }
    expect(total).toBeGreaterThan(STEPS);
  });

  it.each(factories)('%s reads nothing back during a step', async (_id, factory) => {
    const w = tf.variable(tf.ones([4, 3]), true);
    const b = tf.variable(tf.zeros([3]), true);
    const optimizer = clipOptimizer(tf.train.sgd(0.1), factory());
    const reads = readsDuring(() => {
      for (const scale of [1, 1e-3, 100, NaN, 1])
        optimizer.minimize(
          () => tf.mul(tf.sum(tf.square(tf.add(tf.matMul(tf.ones([2, 4]), w), b))), scale) as tf.Scalar,
        );
    });
    expect(reads).toEqual([]);
    const { steps } = await optimizer.stats();
    expect(steps).toBe(5);
    optimizer.dispose();
    tf.dispose([w, b]);
  });
});
