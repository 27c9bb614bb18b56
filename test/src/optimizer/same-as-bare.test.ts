// What the wrapper hands the inner optimizer: gradients untouched by `none`, and clipped exactly by the others.
import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { globalNorm, none } from 'gradclip/strategies';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BACKENDS,
  data,
  model,
  numbersAt,
  optimizerCalled,
  OPTIMIZERS,
  train,
  variables,
  weightsOf,
} from '../../support/fixtures.ts';

const names = Object.keys(OPTIMIZERS);
const STEPS = 12;

type Problem = ReturnType<typeof variables>;
type Take = (optimizer: tf.Optimizer, problem: Problem, step: number) => void;

/** The loss whose gradients at this step are those of the problem. */
function lossOf({ list }: Problem, step: number): tf.Scalar {
  const parts = list.map((variable, index) =>
    tf.sum(tf.mul(variable, tf.tensor1d(numbersAt(step, index, variable.size)))),
  );
  return parts.reduce((sum, part) => tf.add(sum, part)) as tf.Scalar;
}

const ways: Record<string, Take> = {
  'minimize with varList': (optimizer, problem, step) => {
    optimizer.minimize(() => lossOf(problem, step), false, problem.list);
  },
  'minimize without varList': (optimizer, problem, step) => {
    optimizer.minimize(() => lossOf(problem, step));
  },
  'applyGradients with a map': (optimizer, problem, step) => {
    optimizer.applyGradients(problem.gradients(step) as never);
  },
  'applyGradients with a list': (optimizer, problem, step) => {
    const list = Object.entries(problem.gradients(step)).map(([name, tensor]) => ({ name, tensor }));
    optimizer.applyGradients(list as never);
  },
};

function run(optimizer: tf.Optimizer, take: Take): number[][] {
  return tf.tidy(() => {
    const problem = variables();
    for (let step = 0; step < STEPS; step += 1) take(optimizer, problem, step);
    const values = problem.values();
    problem.dispose();
    optimizer.dispose();
    return values;
  });
}

describe.each(BACKENDS)('on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterAll(() => tf.setBackend('cpu'));

  describe.each(names)('%s', (name) => {
    it.each(Object.entries(ways))('steps with `none` as without a wrapper, by %s', (_way, take) => {
      const bare = run(optimizerCalled(name), take);
      expect(run(clipOptimizer(optimizerCalled(name), none()), take)).toEqual(bare);
      expect(bare).not.toEqual(run(tf.train.sgd(0), take));
    });

    it('steps with globalNorm like the bare optimizer with gradients clipped by hand', () => {
      const byHand: Take = (optimizer, problem, step) => {
        const gradients = problem.gradients(step);
        const elements = Object.values(gradients).flatMap((gradient) => Array.from(gradient.dataSync()));
        const norm = Math.hypot(...elements);
        const factor = norm > 1 ? Math.fround(1 / Math.fround(norm)) : 1;
        const clipped = Object.entries(gradients).map(([key, gradient]) => [key, tf.mul(gradient, factor)] as const);
        optimizer.applyGradients(Object.fromEntries(clipped) as never);
      };
      const take = ways['minimize with varList']!;
      const found = run(clipOptimizer(optimizerCalled(name), globalNorm({ maxNorm: 1 })), take);
      expect(found).toEqual(run(optimizerCalled(name), byHand));
      expect(found).not.toEqual(run(optimizerCalled(name), take));
    });

    it('trains a model with trainOnBatch as without a wrapper', async () => {
      const trained = async (optimizer: tf.Optimizer): Promise<number[][]> => {
        const net = model();
        net.compile({ optimizer, loss: 'meanSquaredError' });
        await train(net, 3);
        return weightsOf(net);
      };
      const bare = await trained(optimizerCalled(name));
      expect(await trained(clipOptimizer(optimizerCalled(name), none()))).toEqual(bare);
    });
  });

  it.each(['fit', 'fitDataset'])('trains a model with %s as without a wrapper', async (way) => {
    const trained = async (optimizer: tf.Optimizer): Promise<number[][]> => {
      const net = model();
      const { x, y } = data();
      net.compile({ optimizer, loss: 'meanSquaredError' });
      if (way === 'fit') await net.fit(x, y, { epochs: 2, batchSize: 4, shuffle: false, verbose: 0 });
      else {
        const zipped = tf.data.zip({ xs: tf.data.array(tf.unstack(x)), ys: tf.data.array(tf.unstack(y)) });
        await net.fitDataset(zipped.batch(4) as tf.data.Dataset<tf.TensorContainer>, { epochs: 2, verbose: 0 });
      }
      return weightsOf(net);
    };
    const bare = await trained(tf.train.adam(0.05));
    const wrapped = clipOptimizer(tf.train.adam(0.05), none());
    expect(await trained(wrapped)).toEqual(bare);
    expect(wrapped.iterations).toBe(6);
    expect((await wrapped.stats()).steps).toBe(6);
  });
});

describe('the learning rate', () => {
  it.each(names)('of %s can be read and set through the wrapper and changes the step', (name) => {
    const learningRate = { sgd: 0.1, momentum: 0.1, nesterov: 0.1, adagrad: 0.1, adadelta: 1 }[name];
    const first = (change: (optimizer: ReturnType<typeof clipOptimizer>) => void): number => {
      const problem = variables({ a: [0] });
      const optimizer = clipOptimizer(optimizerCalled(name), none());
      const rate = optimizer.learningRate;
      if (learningRate !== undefined) expect(rate).toBe(learningRate);
      change(optimizer);
      optimizer.applyGradients({ [problem.names[0]!]: tf.tensor1d([1]) } as never);
      return problem.values()[0]![0]!;
    };
    const usual = first(() => undefined);
    expect(usual).toBeLessThan(0);
    const tripled = first((optimizer) => {
      optimizer.learningRate *= 3;
    });
    expect(tripled / usual).toBeCloseTo(3, 5);
    const zero = first((optimizer) => optimizer.setLearningRate(0));
    expect(zero).toBeCloseTo(0, 12);
    expect(optimizerCalled(name).iterations).toBe(0);
  });

  it('reaches through two wrappers and into the saved config', () => {
    const inner = tf.train.sgd(0.5);
    const optimizer = clipOptimizer(clipOptimizer(inner, none()), none());
    optimizer.learningRate = 0.25;
    expect(optimizer.learningRate).toBe(0.25);
    expect(inner.getConfig()).toEqual({ learningRate: 0.25 });
  });
});

describe('minimize on a wrapper', () => {
  it('uses the gradients that the inner optimizer computes', () => {
    class Doubling extends tf.SGDOptimizer {
      override computeGradients(f: () => tf.Scalar, varList?: tf.Variable[]) {
        const { value, grads } = super.computeGradients(f, varList);
        return { value, grads: Object.fromEntries(Object.entries(grads).map(([key, one]) => [key, tf.mul(one, 2)])) };
      }
    }
    const problem = variables({ a: [0] });
    clipOptimizer(new Doubling(1), none()).minimize(() => tf.sum(problem.list[0]!) as tf.Scalar, false, problem.list);
    expect(problem.values()).toEqual([[-2]]);
  });

  it('returns the loss on request', () => {
    const problem = variables({ a: [3] });
    const optimizer = clipOptimizer(tf.train.sgd(1), none());
    const loss = optimizer.minimize(() => tf.sum(tf.square(problem.list[0]!)) as tf.Scalar, true, problem.list);
    expect(loss?.dataSync()[0]).toBe(9);
    expect(problem.values()).toEqual([[-3]]);
    expect(optimizer.minimize(() => tf.sum(problem.list[0]!) as tf.Scalar, false, null)).toBeNull();
  });
});
