import {
  clone,
  dispose,
  sub,
  tensor,
  tidy,
  train,
  variable,
  type Optimizer,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import { clipOptimizer } from '../../optimizer/clip-optimizer.ts';
import { ClippedOptimizer } from '../../optimizer/clipped-optimizer.ts';
import { assertIdentical } from '../compare.ts';
import { randomParameters, randomSequence } from '../gradients.ts';
import { assertThat, type Law, type Subject } from '../law.ts';
import { elementsOf, euclideanNorm, mapEntries, toNumbers, toTensors, type NamedNumbers } from '../numbers.ts';
import { seededRandom } from '../random.ts';

const STEPS = 120;
// The rate decays to 0, so a strategy with a fixed step length also converges.
const rateAt = (step: number): number => 0.9 * (1 - step / STEPS);

/** Clipping may slow training down, but must not prevent convergence. */
export const parabola: Law<'parabola'> = {
  name: 'parabola',
  title: 'lets gradient descent reach the minimum of a parabola',
  async check(subject) {
    const start = randomParameters(seededRandom(16));
    const random = seededRandom(17);
    // Each coordinate keeps its sign, because a step relative to the parameter cannot cross 0.
    const target = mapEntries(start, (one) => ({
      ...one,
      values: one.values.map((value) => value * random.uniform(0.6, 1.4)),
    }));
    const end = await trainWith(subject, start, train.sgd(0.1), (optimizer, variables) => {
      const minimum = toTensors(target);
      for (let step = 0; step < STEPS; step += 1) {
        optimizer.setLearningRate(rateAt(step));
        tidy(() => optimizer.applyGradients(mapEntries(variables, (one, name) => sub(one, minimum[name] as Tensor))));
      }
      dispose(Object.values(minimum));
    });
    const distance = (from: NamedNumbers): number => {
      const there = elementsOf(target);
      return euclideanNorm(elementsOf(from).map((value, place) => value - (there[place] ?? 0)));
    };
    const remaining = distance(end) / distance(start);
    assertThat(
      remaining < 0.05,
      () => `after ${STEPS} steps ${(100 * remaining).toFixed(1)} % of the distance remained`,
    );
  },
};

/** A saved optimizer can be loaded and continues the run. */
export const saving: Law<'saving'> = {
  name: 'saving',
  title: 'can be saved and loaded with its optimizer, and continues bit-for-bit',
  async check(subject) {
    const start = randomParameters(seededRandom(18));
    const sequence = randomSequence({ seed: 18, steps: 16, scale: 0.1 });
    const apply = (optimizer: ClippedOptimizer, steps: readonly NamedNumbers[]): void => {
      for (const gradients of steps) tidy(() => optimizer.applyGradients(toTensors(gradients)));
    };
    const whole = await trainWith(subject, start, train.adam(0.01), (optimizer) => apply(optimizer, sequence));
    const resumed = await trainWith(subject, start, train.adam(0.01), async (optimizer) => {
      apply(optimizer, sequence.slice(0, 9));
      const config = JSON.parse(JSON.stringify(optimizer.getConfig())) as unknown;
      const weights = (await optimizer.getWeights()).map(({ name, tensor }) => ({ name, tensor: clone(tensor) }));
      const loaded: ClippedOptimizer = ClippedOptimizer.fromConfig(ClippedOptimizer, config);
      try {
        await loaded.setWeights(weights);
        apply(loaded, sequence.slice(9));
      } finally {
        dispose(weights.map(({ tensor }) => tensor));
        loaded.dispose();
      }
    });
    assertIdentical('the weights after loading', whole, resumed);
  },
};

/** Trains new variables with a clipping optimizer and returns their final values. */
async function trainWith(
  { make }: Subject,
  start: NamedNumbers,
  inner: Optimizer,
  run: (optimizer: ClippedOptimizer, variables: Record<string, Variable>) => void | Promise<void>,
): Promise<NamedNumbers> {
  const variables = mapEntries(start, ({ values, shape }, name) =>
    tidy(() => variable(tensor([...values], [...shape]), true, name)),
  );
  const optimizer = clipOptimizer(inner, make(), { window: 0 });
  try {
    await run(optimizer, variables);
    return toNumbers(variables);
  } finally {
    optimizer.dispose();
    dispose(Object.values(variables));
  }
}
