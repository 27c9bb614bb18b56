// A strategy that breaks the contract is named, and leaves variables, memories and tensors as they were.
import * as tf from '@tensorflow/tfjs';
import { ClippingError, clipOptimizer, type Clipped, type ClippingStrategy, type NamedTensors } from 'gradclip';
import { onBackend } from '../../src/testing/backends.ts';
import { seededRandom, type Random } from '../../src/testing/random.ts';
import { model, weightsOf } from '../support/fixtures.ts';
import type { Row } from './figures.ts';

type Fault = (gradients: NamedTensors, state: NamedTensors, random: Random) => unknown;

/** What a strategy may do that it must not, by what it is. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'throws an error': () => {
    throw new RangeError('no such luck.');
  },
  'throws something else': () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- it is what is tested
    throw { toString: 'nothing' };
  },
  'throws after making tensors': (gradients) => {
    for (const gradient of Object.values(gradients)) tf.mul(gradient, 2);
    throw new TypeError('half done.');
  },
  'returns nothing': () => undefined,
  'returns a promise': (gradients, state) => Promise.resolve({ gradients, state }),
  'returns no memory': (gradients) => ({ gradients }),
  'loses a gradient': (gradients, state, random) => {
    const names = Object.keys(gradients);
    const lost = names[Math.floor(random.uniform(0, names.length))];
    return { gradients: Object.fromEntries(Object.entries(gradients).filter(([name]) => name !== lost)), state };
  },
  'renames a gradient': (gradients, state) => {
    const [[name, first] = ['', undefined], ...others] = Object.entries(gradients);
    return { gradients: Object.fromEntries([[`${name}-too`, first], ...others]), state };
  },
  'adds a gradient': (gradients, state) => ({ gradients: { ...gradients, more: tf.scalar(1) }, state }),
  'changes a shape': (gradients, state, random) => one(gradients, state, random, (given) => tf.expandDims(given, 0)),
  'changes a dtype': (gradients, state, random) => one(gradients, state, random, (given) => tf.cast(given, 'int32')),
  'returns a number': (gradients, state, random) => one(gradients, state, random, () => 0),
  'returns null': (gradients, state, random) => one(gradients, state, random, () => null),
  'returns a disposed tensor': (gradients, state, random) =>
    one(gradients, state, random, (given) => {
      const made = tf.mul(given, 1);
      made.dispose();
      return made;
    }),
  'remembers no tensor': (gradients) => ({ gradients, state: { seen: 1 } }),
  'skips by a boolean': (gradients, state) => ({ gradients, state, skip: true }),
  'skips by a vector': (gradients, state) => ({ gradients, state, skip: tf.tensor1d([1, 0]) }),
};

function one(
  gradients: NamedTensors,
  state: NamedTensors,
  random: Random,
  change: (given: tf.Tensor) => unknown,
): unknown {
  const names = Object.keys(gradients);
  const name = names[Math.floor(random.uniform(0, names.length))] as string;
  return { gradients: { ...gradients, [name]: change(gradients[name] as tf.Tensor) }, state };
}

/** Lets a strategy go wrong so many times while a model trains, each fault in turn, with sound steps between. */
export async function goWrong(backend: string, times: number): Promise<Row> {
  return onBackend(backend, async () => {
    const random = seededRandom(1);
    let fault: Fault | undefined;
    const strategy: ClippingStrategy = {
      id: 'faulty',
      options: {},
      init: () => ({ seen: tf.scalar(0) }),
      clip(gradients, state) {
        if (fault !== undefined) return fault(gradients, state, random) as Clipped;
        return { gradients, state: { seen: tf.add(state['seen'] as tf.Scalar, 1) } };
      },
    };
    const optimizer = clipOptimizer(tf.train.adam(0.01), strategy, { window: 10, warnings: false });
    const net = model();
    net.compile({ optimizer, loss: 'meanSquaredError' });
    const [x, y] = [tf.randomNormal([4, 2, 3], 0, 1, 'float32', 1), tf.randomNormal([4, 1], 0, 1, 'float32', 2)];
    const snapshot = async (): Promise<string> => {
      const memory = await optimizer.getWeights();
      const numbers = memory.map(({ name, tensor }) => [name, Array.from(tensor.dataSync())]);
      // tfjs makes the count of iterations for the asking, and leaves it to who asked.
      memory[0]?.tensor.dispose();
      return JSON.stringify([weightsOf(net), numbers, optimizer.iterations]);
    };
    await net.trainOnBatch(x, y);
    const kinds = Object.entries(FAULTS);
    for (let time = 0; time < times; time += 1) {
      const [title, kind] = kinds[time % kinds.length] as (typeof kinds)[number];
      const before = await snapshot();
      const tensors = tf.memory().numTensors;
      fault = kind;
      const thrown: unknown = await net.trainOnBatch(x, y).then(
        () => undefined,
        (error: unknown) => error,
      );
      fault = undefined;
      const wrong = (what: string): Error =>
        new Error(`a strategy that ${title}, on ${backend}: ${what}`, { cause: thrown });
      if (!(thrown instanceof ClippingError) || thrown.code !== 'strategy-fault')
        throw wrong(`it threw ${String(thrown)}`);
      if (!thrown.message.includes('`faulty`')) throw wrong(`"${thrown.message}" does not name it`);
      if ((await snapshot()) !== before) throw wrong('something changed');
      const left = tf.memory().numTensors - tensors;
      if (left !== 0) throw wrong(`${left} tensors were left`);
      tf.dispose(await net.trainOnBatch(x, y));
    }
    const steps = optimizer.iterations;
    if (steps !== times + 1) throw new Error(`${steps} steps were taken instead of ${times + 1}`);
    optimizer.dispose();
    net.dispose();
    tf.dispose([x, y]);
    return {
      backend,
      'kinds of fault': kinds.length,
      'times it went wrong': times,
      'steps taken between': times,
    };
  });
}
