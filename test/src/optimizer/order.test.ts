// Stock optimizers store their state by index (tfjs#8379, tfjs#4290). The wrapper gives each variable one index.
import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { adaptivePercentile, none } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { model, numbersAt, optimizerCalled, OPTIMIZERS, train, variables, weightsOf } from '../../support/fixtures.ts';

// Those whose steps depend on what they remember of each variable. Adadelta's do not in tfjs: its two memories are
// equal from the start and stay so, and their ratio is 1.
const remembering = Object.keys(OPTIMIZERS).filter((name) => !['sgd', 'adadelta'].includes(name));

type Problem = ReturnType<typeof variables>;

/** The gradients of a step for some of the variables, chosen by index, in this order. */
function some({ list }: Problem, step: number, indices: readonly number[]): never {
  const entries = indices.map((index) => {
    const { name, size } = list[index]!;
    return [name, tf.tensor1d(numbersAt(step, index, size))] as const;
  });
  return Object.fromEntries(entries) as never;
}

/** Each variable as if it were alone with an optimizer of its own and a gradient at these steps. */
function alone(name: string, values: Record<string, number[]>, steps: readonly (readonly number[])[]): number[][] {
  const problem = variables(values);
  problem.list.forEach((_, index) => {
    const optimizer = optimizerCalled(name);
    steps.forEach((indices, step) => {
      if (indices.includes(index)) optimizer.applyGradients(some(problem, step, [index]));
    });
  });
  return problem.values();
}

describe('when the order of the keys changes (tfjs#8379)', () => {
  const [forwards, backwards] = [
    [0, 1],
    [1, 0],
  ];
  const sameShape = { a: [1, 2], b: [5, -5] };
  const steps = [forwards, forwards, backwards, forwards, backwards];

  const run = (optimizer: tf.Optimizer, values: Record<string, number[]>): number[][] => {
    const problem = variables(values);
    steps.forEach((indices, step) => optimizer.applyGradients(some(problem, step, indices)));
    return problem.values();
  };

  it('bare adam fails if the shapes differ', () => {
    expect(() => run(tf.train.adam(0.05), { a: [1, 2, 3], b: [5, -5] })).toThrow(
      'Operands could not be broadcast together with shapes 3 and 2.',
    );
  });

  it.each(remembering)('bare %s mixes up state of equal shape, and wrapped it does not', (name) => {
    const right = alone(name, sameShape, steps);
    expect(run(optimizerCalled(name), sameShape)).not.toEqual(right);
    expect(run(clipOptimizer(optimizerCalled(name), none()), sameShape)).toEqual(right);
  });

  it('wrapped adam is right if the shapes differ', () => {
    const values = { a: [1, 2, 3], b: [5, -5] };
    expect(run(clipOptimizer(tf.train.adam(0.05), none()), values)).toEqual(alone('adam', values, steps));
  });
});

describe('when a layer is frozen and the model compiled again (tfjs#4290)', () => {
  const frozenThenFreed = async (optimizer: tf.Optimizer): Promise<number[][]> => {
    const net = model();
    const compile = () => net.compile({ optimizer, loss: 'meanSquaredError' });
    compile();
    await train(net, 2);
    net.layers[0]!.trainable = false;
    compile();
    await train(net, 2);
    net.layers[0]!.trainable = true;
    compile();
    await train(net, 2);
    return weightsOf(net);
  };

  it('bare adam fails', async () => {
    await expect(frozenThenFreed(tf.train.adam(0.05))).rejects.toThrow(
      'Operands could not be broadcast together with shapes',
    );
  });

  it('wrapped adam continues with the moments of each variable', async () => {
    const optimizer = clipOptimizer(tf.train.adam(0.05), none());
    const found = await frozenThenFreed(optimizer);
    // Expected: adam receives every variable at every step, with null where it is frozen.
    const gaps = tf.train.adam(0.05);
    const apply = gaps.applyGradients.bind(gaps);
    const all: string[] = [];
    gaps.applyGradients = (gradients) => {
      const list = gradients as { name: string; tensor: tf.Tensor }[];
      for (const { name } of list) if (!all.includes(name)) all.push(name);
      apply(all.map((name) => list.find((one) => one.name === name) ?? { name, tensor: null as never }));
    };
    expect(found).toEqual(await frozenThenFreed(gaps));
    expect(optimizer.iterations).toBe(6);
    expect((await optimizer.inner.getWeights()).map(({ tensor }) => tensor.shape)).toHaveLength(1 + 2 * 5);
  });

  it('an adaptive strategy keeps the history of each variable, also of frozen ones', async () => {
    const optimizer = clipOptimizer(tf.train.adam(0.05), adaptivePercentile({ scope: 'layer', window: 10 }));
    await frozenThenFreed(optimizer);
    const filled = Object.entries(optimizer.state).filter(([name]) => name.startsWith('filled/'));
    expect(filled.map(([name, tensor]) => [name, tensor.dataSync()[0]])).toEqual([
      [expect.stringMatching(/^filled\/my_lstm_1/), 4],
      ['filled/head', 6],
    ]);
  });
});

describe('absent gradients', () => {
  it.each(['missing', null, undefined])('that are %s are equivalent and keep the index of their variable', (gap) => {
    const run = (optimizer: tf.Optimizer): number[][] => {
      const problem = variables({ a: [1, 2, 3], b: [5, -5], c: [0] });
      [[0, 1, 2], [0, 2], [1], [0, 1, 2]].forEach((indices, step) => {
        const gradients = some(problem, step, indices) as Record<string, tf.Tensor>;
        const full = problem.names.map((name) => ({ name, tensor: gradients[name] ?? (gap as null) }));
        optimizer.applyGradients((gap === 'missing' ? gradients : full) as never);
      });
      return problem.values();
    };
    const steps = [[0, 1, 2], [0, 2], [1], [0, 1, 2]];
    expect(run(clipOptimizer(tf.train.momentum(0.1, 0.9), none()))).toEqual(
      alone('momentum', { a: [1, 2, 3], b: [5, -5], c: [0] }, steps),
    );
  });

  it('of variables that appear later come after the first ones', () => {
    const problem = variables({ a: [1, 2, 3], b: [5, -5] });
    const optimizer = clipOptimizer(tf.train.momentum(0.1, 0.9), none());
    const steps = [[1], [0], [1, 0], [0]];
    steps.forEach((indices, step) => optimizer.applyGradients(some(problem, step, indices)));
    expect(problem.values()).toEqual(alone('momentum', { a: [1, 2, 3], b: [5, -5] }, steps));
  });

  it('of variables that never existed are ignored', () => {
    const problem = variables({ a: [1] });
    const optimizer = clipOptimizer(tf.train.adam(0.05), none());
    const list = [
      { name: 'never-existed', tensor: null },
      { name: problem.names[0]!, tensor: tf.tensor1d([1]) },
    ];
    optimizer.applyGradients(list as never);
    expect(problem.values()[0]![0]).toBeCloseTo(0.95, 5);
  });

  it('of a disposed variable leave a harmless gap', () => {
    const [first, second] = [variables({ a: [1, 2, 3] }), variables({ b: [5, -5] })];
    const optimizer = clipOptimizer(tf.train.adam(0.05), none());
    optimizer.applyGradients(first.gradients(0) as never);
    first.dispose();
    optimizer.applyGradients(second.gradients(0) as never);
    expect(second.values()).not.toEqual([[5, -5]]);
  });

  it('of a variable disposed before its first step leave no gap', () => {
    const [first, second] = [variables({ a: [1, 2, 3] }), variables({ b: [5, -5] })];
    const optimizer = clipOptimizer(tf.train.adam(0.05), none());
    optimizer.applyGradients({ [first.names[0]!]: tf.tensor1d([1, NaN, 3]) } as never);
    first.dispose();
    optimizer.applyGradients(second.gradients(0) as never);
    expect(second.values()).not.toEqual([[5, -5]]);
    // The skipped step counts.
    expect(optimizer.iterations).toBe(2);
  });
});
