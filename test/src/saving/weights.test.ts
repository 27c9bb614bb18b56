import * as tf from '@tensorflow/tfjs';
import { accumulated, clipOptimizer, ClippingError, type ClippedOptimizer } from 'gradclip';
import { adaptivePercentile, none } from 'gradclip/strategies';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { joinWeights, splitWeights, type NamedWeights } from '../../../src/saving/weights.ts';
import { loaded, model, rejectionOf, saved as save, train, weightsOf } from '../../support/fixtures.ts';

const step = (optimizer: tf.Optimizer, w: tf.Variable): void => {
  tf.tidy(() => {
    optimizer.applyGradients({ [w.name]: tf.tensor1d([1, 2]) });
  });
};

async function refusal(loading: Promise<unknown>): Promise<ClippingError> {
  const error = await rejectionOf(loading);
  expect(error).toBeInstanceOf(ClippingError);
  return error as ClippingError;
}

describe('setWeights of a wrapper around Adam', () => {
  let w: tf.Variable;
  let saved: NamedWeights;
  let other: ClippedOptimizer;
  beforeEach(async () => {
    await tf.setBackend('cpu');
    w = tf.variable(tf.zeros([2]), true, 'w');
    const optimizer = clipOptimizer(tf.train.adam(0.1), adaptivePercentile({ window: 4 }));
    step(optimizer, w);
    saved = await optimizer.getWeights();
    other = clipOptimizer(tf.train.adam(0.1), adaptivePercentile({ window: 4 }));
  });
  afterEach(() => {
    w.dispose();
  });

  const without = (part: RegExp): NamedWeights => saved.filter(({ name }) => !part.test(name));
  const changed = (part: RegExp, tensor: (old: tf.Tensor) => tf.Tensor): NamedWeights =>
    saved.map((one) => (part.test(one.name) ? { name: one.name, tensor: tensor(one.tensor) } : one));

  it.each([
    ['lack their count', () => without(/\/step$/), '`clip0/step` is missing'],
    ['lack a power of Adam', () => without(/accBeta2/), '`clip0/accBeta2` is missing'],
    ['lack a tensor of the strategy', () => without(/values/), /^\d+ tensors were saved; received \d+$/],
    ['lack a tensor of Adam', () => without(/\/m$/), /^\d+ tensors were saved; received \d+$/],
    ['hold a wrong count', () => changed(/\/step$/, () => tf.tensor1d([1])), /^1 tensors were saved; received \d+$/],
    [
      'contain NaN in the state of the strategy',
      () => changed(/values/, () => tf.tensor1d([1, NaN, 0, 0])),
      /^`[^`]+` has NaN$/,
    ],
  ])('refuses weights that %s', async (_, damaged, how) => {
    const refused = await refusal(other.setWeights(damaged()));
    expect(refused.code).toBe('bad-state');
    const [, reason] = /^The saved state is damaged: (.*)\.$/.exec(refused.message) ?? [];
    expect(reason).toEqual(typeof how === 'string' ? how : expect.stringMatching(how));
    // The inner optimizer is unchanged.
    expect((await other.inner.getWeights()).length).toBe(1);
  });

  it('uses names that no variable can collide with', async () => {
    const odd = tf.variable(tf.zeros([2]), true, 'my_clip7/w');
    const optimizer = clipOptimizer(tf.train.adam(0.1), adaptivePercentile({ window: 4 }));
    step(optimizer, odd);
    expect((await optimizer.getWeights()).some(({ name }) => name === 'clip0/step')).toBe(true);
    odd.dispose();
  });
});

const noState = () => ({ tensors: {}, count: 0 });

/** An optimizer that assigns loaded weights to its existing variables. */
class InPlace extends tf.SGDOptimizer {
  readonly kept = tf.variable(tf.tensor1d([1]), false);
  names = ['kept'];
  override getWeights(): Promise<NamedWeights> {
    return Promise.resolve(this.names.map((name) => ({ name, tensor: this.kept })));
  }
  override setWeights([first]: NamedWeights): Promise<void> {
    this.kept.assign(first!.tensor as tf.Tensor1D);
    return Promise.resolve();
  }
}

it('does not dispose state that an inner optimizer still uses', async () => {
  const inner = new InPlace(0.1);
  const { weights } = await joinWeights(inner, () => ({ tensors: {}, count: 3 }));
  const copies = weights.map(({ name, tensor }) => ({ name, tensor: tf.mul(tensor, name === 'kept' ? 5 : 1) }));
  expect(await splitWeights(inner, copies, false)).toEqual({ state: {}, count: 3 });
  expect([...inner.kept.dataSync()]).toEqual([5]);
});

it('numbers nested wrappers beyond nine', async () => {
  const inner = new InPlace(0.1);
  inner.names = ['kept', 'clip9/step', 'clip10/step'];
  const { weights } = await joinWeights(inner, noState);
  expect(weights.at(-1)?.name).toBe('clip11/step');
});

it('names an optimizer that tfjs cannot save and keeps the error of tfjs as the cause', async () => {
  const refused = await refusal(joinWeights(tf.train.adamax(0.1), noState));
  expect(refused.code).toBe('not-serializable');
  expect(refused.message).toContain('tfjs cannot save the state of Adamax.');
  expect(refused.cause).toBeInstanceOf(Error);
});

describe('model.save with the optimizer', () => {
  const wrappers: Readonly<Record<string, () => tf.Optimizer>> = {
    clipOptimizer: () => clipOptimizer(tf.train.adam(0.1), adaptivePercentile({ window: 4 })),
    'a wrapper in a wrapper': () => clipOptimizer(clipOptimizer(tf.train.adam(0.1), none()), none()),
    accumulated: () => accumulated(clipOptimizer(tf.train.momentum(0.1, 0.9), none()), { steps: 2 }),
  };
  const compiled = (optimizer: tf.Optimizer): tf.LayersModel => {
    const net = model();
    net.compile({ optimizer, loss: 'meanSquaredError' });
    return net;
  };
  const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));
  afterEach(() => {
    tf.disposeVariables();
  });

  it.each(Object.keys(wrappers))('writes several files at the same time: %s', async (name) => {
    const net = compiled(wrappers[name]!());
    await train(net, 3);
    const files = await Promise.all([save(net), save(net), save(net)]);
    await train(net, 2);
    for (const file of files) {
      const again = await loaded(file);
      await train(again, 2);
      expect(weightsOf(again)).toEqual(weightsOf(net));
    }
  });

  it.each(Object.keys(wrappers))('leaves no tensor behind: %s', async (name) => {
    const net = compiled(wrappers[name]!());
    await train(net, 2);
    const counts: number[] = [];
    for (let time = 0; time < 4; time += 1) {
      await save(net);
      await nextTurn();
      counts.push(tf.memory().numTensors);
    }
    expect(new Set(counts).size).toBe(1);
    const before = tf.memory().numTensors;
    await Promise.all([save(net), save(net)]);
    await nextTurn();
    await save(net);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('writes a file while the model trains', async () => {
    const net = compiled(wrappers['clipOptimizer']!());
    await train(net, 3);
    const [file] = await Promise.all([save(net), train(net, 20)]);
    await loaded(file);
  });
});

it.each(['clip0', 'clip12'])('restores a model with a layer named %s without a leak', async (layer) => {
  const w = tf.variable(tf.zeros([2]), true, `${layer}/kernel`);
  const optimizer = clipOptimizer(tf.train.adam(0.1), adaptivePercentile({ window: 4 }));
  step(optimizer, w);
  const weights = (await optimizer.getWeights()).map(({ name, tensor }) => ({ name, tensor: tensor.clone() }));
  const round = async (): Promise<number> => {
    await optimizer.setWeights(weights);
    step(optimizer, w);
    return tf.memory().numTensors;
  };
  expect([await round(), await round()]).toEqual([await round(), await round()]);
  expect((await optimizer.inner.getWeights()).map(({ name }) => name)).toEqual([
    'iter',
    `${layer}/kernel/m`,
    `${layer}/kernel/v`,
  ]);
  tf.disposeVariables();
});

/** An optimizer that keeps plain tensors and returns them as they are. */
class PlainState extends tf.SGDOptimizer {
  state = tf.tensor1d([1]);
  override getWeights(): Promise<NamedWeights> {
    return Promise.resolve([{ name: 'state', tensor: this.state }]);
  }
  override setWeights([first]: NamedWeights): Promise<void> {
    this.state = first!.tensor.clone() as tf.Tensor1D;
    return Promise.resolve();
  }
}

it('disposes no plain tensor that an inner optimizer uses', async () => {
  const inner = new PlainState(0.1);
  const optimizer = clipOptimizer(inner, none());
  for (let time = 0; time < 2; time += 1) {
    await optimizer.setWeights(await optimizer.getWeights());
    expect(inner.state.isDisposed).toBe(false);
  }
});
