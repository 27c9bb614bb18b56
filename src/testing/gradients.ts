import { mapEntries, type NamedNumbers } from './numbers.ts';
import { seededRandom, type Random } from './random.ts';

/** Names and shapes of a small recurrent network, with tensors of every rank from 0 to 4. */
export const LSTM_SHAPES: Readonly<Record<string, readonly number[]>> = {
  'embedding/embeddings': [5, 3],
  'conv1d/kernel': [2, 3, 4],
  'conv2d/kernel': [2, 2, 1, 3],
  'lstm/kernel': [3, 8],
  'lstm/recurrent_kernel': [2, 8],
  'lstm/bias': [8],
  'dense/kernel': [2, 3],
  'dense/bias': [3],
  temperature: [],
};

/** Float32 numbers of a normal distribution with this standard deviation, in the shapes of {@link LSTM_SHAPES}. */
export function randomGradients(random: Random, scale: number): NamedNumbers {
  return mapEntries(LSTM_SHAPES, (shape) => ({
    shape,
    values: Array.from({ length: sizeOf(shape) }, () => Math.fround(scale * random.normal())),
  }));
}

/** The parameters of such a network: none is 0, so that a step relative to its parameter can move each. */
export function randomParameters(random: Random): NamedNumbers {
  return mapEntries(LSTM_SHAPES, (shape) => ({
    shape,
    values: Array.from({ length: sizeOf(shape) }, () =>
      Math.fround(random.uniform(0.2, 1) * (random.chance(0.5) ? 1 : -1)),
    ),
  }));
}

/** What the steps of a sequence are like. */
export interface SequenceOptions {
  readonly seed: number;
  readonly steps: number;
  /** Standard deviation of an ordinary gradient. */
  readonly scale: number;
}

/**
 * The gradients of a training run that is not a quiet one: lengths that drift and jitter, spikes up to ten thousand
 * times as long, steps that are all zero, variables whose gradient is zero, and variables that have none.
 */
export function randomSequence({ seed, steps, scale }: SequenceOptions): NamedNumbers[] {
  const random = seededRandom(seed);
  let drift = 0;
  return Array.from({ length: steps }, (_, step) => {
    drift += 0.1 * random.normal();
    const spike = random.chance(0.07) ? 10 ** random.uniform(0.5, 4) : 1;
    const drawn = randomGradients(random, scale * spike * Math.exp(drift + 0.3 * random.normal()));
    // The first step shows all variables, as a training run's does.
    if (step === 0) return drawn;
    if (random.chance(0.04)) return mapEntries(drawn, toZeros);
    if (random.chance(0.02)) return {};
    const absent = random.chance(0.15);
    const kept = Object.entries(drawn).filter(() => !absent || random.chance(0.6));
    return mapEntries(Object.fromEntries(kept), (one) => (random.chance(0.03) ? toZeros(one) : one));
  });
}

function toZeros(one: NamedNumbers[string]): NamedNumbers[string] {
  return { ...one, values: one.values.map(() => 0) };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
