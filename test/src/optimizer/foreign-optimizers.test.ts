// Optimizers as people write them train the same inside `clipOptimizer` with `none` as without it.
import * as tf from '@tensorflow/tfjs';
import { ClippingError, clipOptimizer } from 'gradclip';
import { none, perValue } from 'gradclip/strategies';
import { afterEach, describe, expect, it } from 'vitest';
import { expectError, model, saved, train as trainModel, weightsOf } from '../../support/fixtures.ts';

type Gradients = Parameters<tf.Optimizer['applyGradients']>[0];

const variableOf = (name: string): tf.Variable => tf.engine().registeredVariables[name] as tf.Variable;

/** Iterates over a map, as most public optimizers do. */
class MapOnly extends tf.Optimizer {
  static className = 'MapOnly';
  override applyGradients(gradients: Gradients): void {
    for (const [name, gradient] of Object.entries(gradients as tf.NamedTensorMap)) {
      const variable = variableOf(name);
      tf.tidy(() => variable.assign(variable.sub(gradient.mul(0.1))));
    }
  }
  getConfig(): tf.serialization.ConfigDict {
    return {};
  }
}

/** Calls list methods. */
class ListOnly extends MapOnly {
  static override className = 'ListOnly';
  override applyGradients(gradients: Gradients): void {
    const list = gradients as { name: string; tensor?: tf.Tensor | null }[];
    super.applyGradients(
      Object.fromEntries(list.filter(({ tensor }) => tensor).map((one) => [one.name, one.tensor])) as never,
    );
  }
}

/** AdamW keyed by name, with decoupled weight decay of every variable that is named. */
class AdamW extends tf.Optimizer {
  static className = 'AdamW';
  readonly #moments = new Map<string, { m: tf.Tensor; v: tf.Tensor; t: number }>();
  override applyGradients(gradients: Gradients): void {
    const map = Array.isArray(gradients)
      ? Object.fromEntries((gradients as { name: string; tensor: tf.Tensor }[]).map((one) => [one.name, one.tensor]))
      : (gradients as tf.NamedTensorMap);
    for (const [name, gradient] of Object.entries(map)) {
      const variable = variableOf(name);
      tf.tidy(() => {
        variable.assign(variable.mul(0.99));
        if (!gradient) return;
        const { m, v, t } = this.#moments.get(name) ?? { m: tf.zerosLike(variable), v: tf.zerosLike(variable), t: 0 };
        const moments = {
          m: tf.keep(m.mul(0.9).add(gradient.mul(0.1))),
          v: tf.keep(v.mul(0.999).add(gradient.square().mul(0.001))),
          t: t + 1,
        };
        this.#moments.set(name, moments);
        const [mHat, vHat] = [moments.m.div(1 - 0.9 ** moments.t), moments.v.div(1 - 0.999 ** moments.t)];
        variable.assign(variable.sub(mHat.div(vHat.sqrt().add(1e-7)).mul(0.05)));
      });
    }
  }
  getConfig(): tf.serialization.ConfigDict {
    return {};
  }
}

/** Lion as its public ports write it: one moment for each name, and the sign of an average as the step. */
class Lion extends tf.Optimizer {
  static className = 'Lion';
  learningRate: number;
  beta1: number;
  beta2: number;
  weightDecay: number;
  moments: Record<string, tf.Variable> = {};
  constructor(learningRate = 0.01, beta1 = 0.9, beta2 = 0.99, weightDecay = 0.1) {
    super();
    this.learningRate = learningRate;
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.weightDecay = weightDecay;
  }
  override applyGradients(gradients: Gradients): void {
    const names = Array.isArray(gradients) ? gradients.map(({ name }) => name) : Object.keys(gradients);
    for (const [index, name] of names.entries()) {
      const gradient = Array.isArray(gradients) ? gradients[index]?.tensor : gradients[name];
      if (gradient == null) continue;
      const variable = variableOf(name);
      const moment = (this.moments[name] ??= tf.tidy(() => tf.zerosLike(variable).variable(false)));
      tf.tidy(() => {
        const update = moment
          .mul(this.beta1)
          .add(gradient.mul(1 - this.beta1))
          .sign();
        variable.assign(variable.sub(update.add(variable.mul(this.weightDecay)).mul(this.learningRate)));
        moment.assign(moment.mul(this.beta2).add(gradient.mul(1 - this.beta2)));
      });
    }
    this.incrementIterations();
  }
  override async getWeights(): Promise<{ name: string; tensor: tf.Tensor }[]> {
    const moments = Object.entries(this.moments).map(([name, tensor]) => ({ name: `${name}/moment`, tensor }));
    return [await this.saveIterations(), ...moments];
  }
  override async setWeights(weights: { name: string; tensor: tf.Tensor }[]): Promise<void> {
    const moments = await this.extractIterations(weights);
    this.moments = Object.fromEntries(
      moments.map(({ name, tensor }) => [name.slice(0, -'/moment'.length), tensor.clone().variable(false)]),
    );
  }
  override dispose(): void {
    tf.dispose(this.moments);
  }
  getConfig(): tf.serialization.ConfigDict {
    const { learningRate, beta1, beta2, weightDecay } = this;
    return { learningRate, beta1, beta2, weightDecay };
  }
  static override fromConfig<T extends tf.serialization.Serializable>(
    type: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    const { learningRate, beta1, beta2, weightDecay } = config as Record<string, number>;
    return new (type as unknown as typeof Lion)(learningRate, beta1, beta2, weightDecay) as unknown as T;
  }
}

/** Lamb as its public ports write it: an Adam step in the length of the weights, from a map only. */
class Lamb extends tf.Optimizer {
  static className = 'Lamb';
  #step = 0;
  readonly #m: tf.NamedTensorMap = {};
  readonly #v: tf.NamedTensorMap = {};
  override applyGradients(gradients: Gradients): void {
    this.#step += 1;
    const map = Array.isArray(gradients)
      ? Object.fromEntries(gradients.map(({ name, tensor }) => [name, tensor]))
      : gradients;
    Object.keys(map).forEach((name) => {
      const gradient = map[name] as tf.Tensor | null | undefined;
      if (!gradient) return;
      const variable = variableOf(name);
      const [m, v] = tf.tidy(() => {
        const before = [this.#m[name] ?? tf.zerosLike(variable), this.#v[name] ?? tf.zerosLike(variable)] as const;
        const first = before[0].mul(0.9).add(gradient.mul(0.1));
        const second = before[1].mul(0.999).add(gradient.square().mul(0.001));
        const mHat = first.div(1 - 0.9 ** this.#step);
        const update = mHat
          .div(
            second
              .div(1 - 0.999 ** this.#step)
              .sqrt()
              .add(1e-6),
          )
          .add(variable.mul(0.01));
        const trust = variable.norm().div(update.norm().add(1e-12));
        variable.assign(variable.sub(update.mul(trust).mul(0.05)));
        return [first, second];
      });
      tf.dispose([this.#m[name], this.#v[name]].filter((one) => one !== undefined));
      this.#m[name] = tf.keep(m as tf.Tensor);
      this.#v[name] = tf.keep(v as tf.Tensor);
    });
    this.incrementIterations();
  }
  getConfig(): tf.serialization.ConfigDict {
    return {};
  }
}

/** A subclass of Adam that decays by name and leaves the rest to Adam. */
class DecayingAdam extends tf.AdamOptimizer {
  static override className = 'DecayingAdam';
  override applyGradients(gradients: Gradients): void {
    const names = Array.isArray(gradients) ? gradients.map(({ name }) => name) : Object.keys(gradients);
    for (const name of names) tf.tidy(() => variableOf(name).assign(variableOf(name).mul(0.9)));
    super.applyGradients(gradients as never);
  }
}

/** Adam with a patched `minimize` that decays weights first. */
function patchedAdam(): tf.Optimizer {
  const adam = tf.train.adam(0.05);
  const minimize = adam.minimize.bind(adam);
  adam.minimize = (f, returnCost, varList) => {
    for (const variable of varList ?? Object.values(tf.engine().registeredVariables)) {
      if (variable.trainable && !variable.name.startsWith('Adam')) tf.tidy(() => variable.assign(variable.mul(0.99)));
    }
    return minimize(f, returnCost, varList);
  };
  return adam;
}

/** Lookahead: the fast optimizer takes the steps, and every third step the slow weights follow. */
class Lookahead extends tf.Optimizer {
  static className = 'Lookahead';
  readonly #slow = new Map<string, tf.Tensor>();
  #steps = 0;
  readonly fast: tf.Optimizer;
  constructor(fast: tf.Optimizer) {
    super();
    this.fast = fast;
  }
  override minimize(f: () => tf.Scalar, returnCost = false, varList?: tf.Variable[]): tf.Scalar | null {
    const variables = varList ?? [];
    for (const one of variables) if (!this.#slow.has(one.name)) this.#slow.set(one.name, tf.keep(one.clone()));
    const loss = this.fast.minimize(f, returnCost, varList);
    this.#steps += 1;
    if (this.#steps % 3 === 0) {
      for (const one of variables) {
        tf.tidy(() => {
          const slow = this.#slow.get(one.name) as tf.Tensor;
          const next = tf.keep(slow.add(one.sub(slow).mul(0.5)));
          this.#slow.set(one.name, next);
          one.assign(next);
        });
      }
    }
    return loss;
  }
  override applyGradients(gradients: Gradients): void {
    this.fast.applyGradients(gradients);
  }
  getConfig(): tf.serialization.ConfigDict {
    return {};
  }
}

const OPTIMIZERS: readonly (readonly [name: string, create: () => tf.Optimizer])[] = [
  ['AdamW keyed by name', () => new AdamW()],
  ['Lion', () => new Lion()],
  ['Lamb', () => new Lamb()],
  ['a subclass of Adam that decays by name', () => new DecayingAdam(0.05, 0.9, 0.999)],
  ['Adam with a patched minimize', patchedAdam],
  ['Lookahead with a minimize of its own', () => new Lookahead(tf.train.sgd(0.1))],
];

afterEach(() => {
  tf.disposeVariables();
});

/** Trains two variables by `minimize`, one of them frozen in the middle, and returns their values. */
function train(optimizer: tf.Optimizer): number[] {
  const [a, b] = [tf.variable(tf.scalar(1), true, 'a'), tf.variable(tf.scalar(2), true, 'b')];
  for (let step = 0; step < 12; step += 1) {
    const variables = step >= 4 && step < 8 ? [a] : [a, b];
    tf.tidy(() => {
      optimizer.minimize(() => a.mul(b).square().sub(a.mul(step)).asScalar(), false, variables);
    });
  }
  const values = [a, b].map((one) => one.dataSync()[0] as number);
  tf.disposeVariables();
  return values;
}

/** Trains a model with `fit`, its last layer frozen in the middle; freezing the first breaks a bare Adam (tfjs#8379). */
async function fit(optimizer: tf.Optimizer): Promise<number[]> {
  const kernelInitializer = (seed: number) => tf.initializers.glorotUniform({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 3, inputShape: [2], kernelInitializer: kernelInitializer(1) }),
      tf.layers.dense({ units: 1, kernelInitializer: kernelInitializer(2) }),
    ],
  });
  const [xs, ys] = [tf.randomNormal([16, 2], 0, 1, 'float32', 3), tf.randomNormal([16, 1], 0, 1, 'float32', 4)];
  for (const trainable of [true, false, true]) {
    model.layers[1]!.trainable = trainable;
    model.compile({ optimizer, loss: 'meanSquaredError' });
    await model.fit(xs, ys, { epochs: 2, batchSize: 8, shuffle: false, verbose: 0 });
  }
  const weights = model.getWeights().flatMap((one) => [...one.dataSync()]);
  tf.disposeVariables();
  return weights;
}

/** Trains by `applyGradients` with maps, one variable left out in the middle. */
function apply(optimizer: tf.Optimizer): number[] {
  const [a, b] = [tf.variable(tf.scalar(1), true, 'a'), tf.variable(tf.scalar(2), true, 'b')];
  for (let step = 0; step < 12; step += 1) {
    const gradients = {
      a: tf.scalar(Math.sin(step)),
      ...(step >= 4 && step < 8 ? {} : { b: tf.scalar(step / 3 - 1) }),
    };
    optimizer.applyGradients(gradients as tf.NamedTensorMap);
  }
  const values = [a, b].map((one) => one.dataSync()[0] as number);
  tf.disposeVariables();
  return values;
}

describe.each(OPTIMIZERS)('%s', (_, create) => {
  it('trains bit-identical in minimize, with variables left out in the middle', () => {
    expect(train(clipOptimizer(create(), none()))).toEqual(train(create()));
  });

  it('trains bit-identical by applyGradients with maps', () => {
    // A stock Adam stores its state by index, so it confuses variables without the wrapper when one is left out.
    if (create().applyGradients === tf.AdamOptimizer.prototype.applyGradients) return;
    expect(apply(clipOptimizer(create(), none()))).toEqual(apply(create()));
  });

  it('trains bit-identical in fit, with a layer frozen in the middle', async () => {
    expect(await fit(clipOptimizer(create(), none()))).toEqual(await fit(create()));
  });
});

it('trains an optimizer that iterates over a map bit-identical in minimize without a list of variables', () => {
  const run = (optimizer: tf.Optimizer): number[] => {
    const [a, b] = [tf.variable(tf.scalar(1), true, 'a'), tf.variable(tf.scalar(2), true, 'b')];
    for (let step = 0; step < 5; step += 1) optimizer.minimize(() => a.mul(b).square().asScalar());
    const values = [a, b].map((one) => one.dataSync()[0] as number);
    tf.disposeVariables();
    return values;
  };
  const bare = run(new MapOnly());
  expect(bare).not.toEqual([1, 2]);
  expect(run(clipOptimizer(new MapOnly(), none()))).toEqual(bare);
});

describe('applyGradients', () => {
  it('passes a map on as a map', () => {
    const w = tf.variable(tf.tensor1d([3, 4]), true, 'w');
    clipOptimizer(new MapOnly(), perValue({ maxAbs: 1 })).applyGradients({ w: tf.tensor1d([1, 2]) });
    expect([...w.dataSync()]).toEqual([expect.closeTo(2.9), expect.closeTo(3.9)]);
  });

  it('passes a list on as a list', () => {
    const w = tf.variable(tf.tensor1d([3, 4]), true, 'w');
    const gradients = [
      { name: 'w', tensor: tf.tensor1d([1, 2]) },
      { name: 'gone', tensor: null },
    ];
    clipOptimizer(new ListOnly(), none()).applyGradients(gradients as never);
    expect([...w.dataSync()]).toEqual([expect.closeTo(2.9), expect.closeTo(3.8)]);
  });

  it('names only the variables with a gradient to an optimizer that decays by name', () => {
    const [a, b] = [tf.variable(tf.scalar(1), true, 'a'), tf.variable(tf.scalar(1), true, 'b')];
    const optimizer = clipOptimizer(new DecayingAdam(0, 0.9, 0.999), none());
    optimizer.minimize(() => a.add(b).asScalar(), false, [a, b]);
    optimizer.minimize(() => a.square().asScalar(), false, [a]);
    expect(b.dataSync()[0]).toBeCloseTo(0.9);
    expect(a.dataSync()[0]).toBeCloseTo(0.81);
  });
});

describe('an inner minimize of its own', () => {
  it.each([
    ['patched', patchedAdam],
    ['delegating', () => new Lookahead(tf.train.sgd(1))],
  ])('is called, and its gradients are clipped: %s', async (_, create) => {
    const w = tf.variable(tf.scalar(5), true, 'w');
    const optimizer = clipOptimizer(create(), perValue({ maxAbs: 0.5 }));
    const loss = optimizer.minimize(() => w.square().asScalar(), true, [w]);
    expect(loss?.dataSync()[0]).toBeGreaterThan(24);
    expect(await optimizer.records()).toMatchObject([{ clipped: true, normAfter: 0.5 }]);
  });

  it('is left as it was after each step, also when the step throws', () => {
    const w = tf.variable(tf.scalar(5), true, 'w');
    const inner = patchedAdam();
    const optimizer = clipOptimizer(inner, none(), { onNonFinite: 'throw' });
    expect(() => optimizer.minimize(() => w.mul(NaN).asScalar(), false, [w])).toThrow(ClippingError);
    expect(Object.hasOwn(inner, 'applyGradients')).toBe(false);
  });

  it('is called once by nested wrappers, which see its gradients from the outside in', async () => {
    const w = tf.variable(tf.scalar(5), true, 'w');
    const inside = clipOptimizer(new Lookahead(tf.train.sgd(1)), perValue({ maxAbs: 1 }));
    const optimizer = clipOptimizer(inside, perValue({ maxAbs: 0.5 }));
    optimizer.minimize(() => w.square().asScalar(), false, [w]);
    expect(w.dataSync()[0]).toBe(4.5);
    expect(await optimizer.records()).toMatchObject([{ normBefore: 10, normAfter: 0.5 }]);
    expect(await inside.records()).toMatchObject([{ normBefore: 0.5, normAfter: 0.5 }]);
  });

  it('is refused when wrapped if it is asynchronous', () => {
    class Slow extends MapOnly {
      // @ts-expect-error tfjs declares a synchronous method.
      override async minimize(): Promise<null> {
        await Promise.resolve();
        return null;
      }
    }
    const message =
      'The `minimize` of MapOnly is asynchronous, so its gradients cannot be clipped. Wrap its inner optimizer.';
    expectError(() => clipOptimizer(new Slow() as never, none()), 'not-an-optimizer', message);
  });

  it('is refused when it applies gradients in a way that cannot be clipped', () => {
    class Hidden extends MapOnly {
      override minimize(): tf.Scalar | null {
        return null;
      }
    }
    expect(() => clipOptimizer(new Hidden(), none()).minimize(() => tf.scalar(1))).toThrow(
      'The `minimize` of MapOnly calls no `applyGradients`, so its gradients cannot be clipped.',
    );
  });
});

it('Lion resumes bit-identical from its config and weights, bare and wrapped', async () => {
  tf.serialization.registerClass(Lion);
  const run = async (optimizer: tf.Optimizer, isInterrupted: boolean): Promise<number[][]> => {
    const net = model();
    net.compile({ optimizer, loss: 'meanSquaredError' });
    await trainModel(net, 5);
    if (isInterrupted) {
      // Into the same variables, because moments keyed by name do not fit a loaded model, whose variables have new names.
      const { classNameMap } = tf.serialization.SerializationMap.getMap();
      const [type, fromConfig] = classNameMap[optimizer.getClassName()]!;
      const again = fromConfig(type, optimizer.getConfig()) as tf.Optimizer;
      await again.setWeights(await optimizer.getWeights());
      net.compile({ optimizer: again, loss: 'meanSquaredError' });
    }
    await trainModel(net, 5);
    const weights = weightsOf(net);
    expect(net.optimizer.iterations).toBe(10);
    tf.disposeVariables();
    return weights;
  };
  const expected = await run(new Lion(), false);
  expect(await run(new Lion(), true)).toEqual(expected);
  expect(await run(clipOptimizer(new Lion(), none()), false)).toEqual(expected);
  expect(await run(clipOptimizer(new Lion(), none()), true)).toEqual(expected);
});

it('Lamb, which cannot be saved, is refused when a model is saved', async () => {
  const net = model();
  net.compile({ optimizer: clipOptimizer(new Lamb(), none()), loss: 'meanSquaredError' });
  await trainModel(net, 1);
  await expect(saved(net)).rejects.toThrow('tfjs cannot save the state of Lamb.');
});

it('setWeights with the weights of the same optimizer changes nothing', async () => {
  const create = () => clipOptimizer(tf.train.adam(0.1), none());
  const run = async (between: (optimizer: ReturnType<typeof create>) => Promise<void>): Promise<number> => {
    const w = tf.variable(tf.scalar(1), true, 'w');
    const optimizer = create();
    for (let step = 0; step < 4; step += 1) {
      optimizer.minimize(() => w.square().asScalar(), false, [w]);
      if (step === 1) await between(optimizer);
    }
    const [value] = w.dataSync();
    tf.disposeVariables();
    return value as number;
  };
  const expected = await run(() => Promise.resolve());
  expect(await run(async (optimizer) => optimizer.setWeights(await optimizer.getWeights()))).toBe(expected);
});
