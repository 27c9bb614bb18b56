// Tensors that a wrapper holds are counted exactly: none more after 200 steps, none left after dispose.
import * as tf from '@tensorflow/tfjs';
import { chain, clipOptimizer, type ClippingStrategy, type ClipOptions } from 'gradclip';
import { defineStrategy, mapTensors } from 'gradclip/define';
import { adaptivePercentile, globalNorm, perLayer } from 'gradclip/strategies';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, model, optimizerCalled, OPTIMIZERS, train, variables } from '../../support/fixtures.ts';

const rich = (): ClippingStrategy =>
  chain(
    globalNorm({ maxNorm: 3 }),
    adaptivePercentile({ window: 20, scope: 'variable' }),
    perLayer({ maxNorm: 1 }),
    adaptivePercentile({ window: 20 }),
  );

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

const count = (): number => tf.memory().numTensors;

// `MomentumOptimizer.dispose` forgets the scalar that it inherits from SGD.
const leftByTfjs: Record<string, number> = { momentum: 1, nesterov: 1 };

describe.each(BACKENDS)('on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterAll(() => tf.setBackend('cpu'));

  // What an optimizer keeps does not depend on the backend; what the kernels keep may.
  const optimizers = backend === 'cpu' ? Object.keys(OPTIMIZERS) : ['sgd', 'adam'];
  it.each(optimizers)('200 steps of %s leave as many tensors as two steps, and dispose leaves none', (name) => {
    const problem = variables();
    const before = count();
    const optimizer = clipOptimizer(optimizerCalled(name), rich(), { onNonFinite: 'zero' });
    const step = (number: number): void => {
      const gradients = problem.gradients(number);
      if (number % 17 === 0) {
        gradients[problem.names[0]!]!.dispose();
        gradients[problem.names[0]!] = tf.tensor1d([NaN, 1, Infinity]);
      }
      optimizer.applyGradients(gradients as never);
      tf.dispose(gradients);
    };
    for (let number = 1; number <= 2; number += 1) step(number);
    const afterTwo = count();
    for (let number = 3; number <= 100; number += 1) step(number);
    for (let number = 101; number <= 200; number += 1) tf.tidy(() => step(number));
    expect(count()).toBe(afterTwo);
    expect(optimizer.iterations).toBe(200);
    optimizer.dispose();
    optimizer.dispose();
    expect(count()).toBe(before + (leftByTfjs[name] ?? 0));
    problem.dispose();
  });

  it('a first step inside tidy keeps the state', () => {
    const problem = variables();
    const before = count();
    const optimizer = clipOptimizer(tf.train.adam(0.05), rich());
    tf.tidy(() => {
      optimizer.minimize(() => tf.sum(tf.square(problem.list[0]!)) as tf.Scalar, false, problem.list);
    });
    tf.tidy(() => {
      optimizer.minimize(() => tf.sum(tf.square(problem.list[0]!)) as tf.Scalar, true, problem.list);
    });
    expect(optimizer.iterations).toBe(2);
    optimizer.dispose();
    expect(count()).toBe(before);
  });

  it('training a model leaves as many tensors after 20 steps as after two', async () => {
    const net = model();
    net.compile({ optimizer: clipOptimizer(tf.train.adam(0.05), rich()), loss: 'meanSquaredError' });
    await train(net, 2);
    const afterTwo = count();
    await train(net, 20);
    expect(count()).toBe(afterTwo);
  });
});

describe('an error leaves no tensor behind', () => {
  const throwing = defineStrategy({
    id: 'throwing',
    title: 'Throwing',
    laws: { direction: 'none', idempotent: false },
    fields: {},
    init: () => ({ seen: tf.scalar(0) }),
    clip: (_options, gradients, { seen }, { step }) => {
      const scaled = mapTensors(gradients, (gradient) => tf.mul(gradient, 0.5));
      if (step === 1) throw new TypeError('cannot go on.');
      return { gradients: scaled, state: { seen: tf.add<tf.Scalar>(seen, 1) } };
    },
  });

  const cases: [about: string, strategy: ClippingStrategy, options: ClipOptions, bad: boolean][] = [
    ['of the policy `throw`', rich(), { onNonFinite: 'throw' }, true],
    ['of giving up', rich(), { maxConsecutiveNonFinite: 1 }, true],
    ['of a strategy', throwing(), {}, false],
  ];

  it.each(cases)('%s, and no variable and no state changes', (_about, strategy, options, bad) => {
    const problem = variables({ a: [1, 2, 3] });
    const [a] = problem.list;
    const optimizer = clipOptimizer(tf.train.adam(0.05), strategy, options);
    const loss = (): tf.Scalar => tf.sum(tf.square(a!)) as tf.Scalar;
    const badLoss = (): tf.Scalar => tf.sum(tf.sqrt(tf.mul(a!, -1))) as tf.Scalar;
    optimizer.minimize(loss, false, problem.list);
    const [before, values, state] = [count(), problem.values(), numbersOf(optimizer.state)];
    for (let time = 0; time < 5; time += 1) {
      expect(() => optimizer.minimize(bad ? badLoss : loss, true, problem.list)).toThrow();
    }
    expect(count()).toBe(before);
    expect(problem.values()).toEqual(values);
    expect(numbersOf(optimizer.state)).toEqual(state);
    // The step that gives up is skipped, and a skipped step counts.
    expect(optimizer.iterations).toBe(options.maxConsecutiveNonFinite === undefined ? 1 : 6);
    problem.dispose();
  });

  it('thrown by a listener leaves the step applied', () => {
    const problem = variables();
    const optimizer = clipOptimizer(tf.train.sgd(0.1), rich(), {
      onStep: ({ step }) => {
        if (step === 1) throw new Error('the listener is tired');
      },
    });
    const step = (number: number): void => {
      const gradients = problem.gradients(number);
      try {
        optimizer.applyGradients(gradients as never);
      } finally {
        tf.dispose(gradients);
      }
    };
    step(0);
    const [before, values] = [count(), problem.values()];
    expect(() => step(1)).toThrow('the listener is tired');
    expect(count()).toBe(before);
    expect(problem.values()).not.toEqual(values);
    step(2);
    expect(optimizer.iterations).toBe(3);
  });
});

describe('the state of an optimizer in use', () => {
  it.each(['sgd', 'momentum', 'adam', 'rmsprop', 'adagrad', 'adadelta'])(
    'can be read and replaced in %s any number of times without a leak',
    async (name) => {
      const problem = variables();
      const optimizer = clipOptimizer(clipOptimizer(optimizerCalled(name), rich()), rich());
      optimizer.applyGradients(problem.gradients(1) as never);
      const round = async (): Promise<void> => {
        const weights = await optimizer.getWeights();
        const copies = weights.map((one) => ({ name: one.name, tensor: tf.clone(one.tensor) }));
        await optimizer.setWeights(copies);
        tf.dispose(copies.map(({ tensor }) => tensor));
        tf.tidy(() => optimizer.applyGradients(problem.gradients(2) as never));
      };
      // What `getWeights` returned is freed by the next call in a later turn.
      await round();
      await nextTurn();
      await round();
      const before = count();
      for (let time = 0; time < 3; time += 1) await nextTurn().then(round);
      expect(count()).toBe(before);
      problem.dispose();
    },
  );

  it('is freed by dispose, and a later step throws', () => {
    const problem = variables();
    const optimizer = clipOptimizer(tf.train.adam(0.05), rich());
    optimizer.applyGradients(problem.gradients(1) as never);
    optimizer.dispose();
    expect(optimizer.state).toEqual({});
    expect(() => optimizer.applyGradients(problem.gradients(2) as never)).toThrow(
      'This ClippedOptimizer was disposed; create a new one.',
    );
  });
});

function numbersOf(state: Readonly<Record<string, tf.Tensor>>): [string, number[]][] {
  return Object.entries(state).map(([name, tensor]) => [name, Array.from(tensor.dataSync())]);
}
