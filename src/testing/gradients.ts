import { mapEntries, type NamedNumbers } from './numbers.ts';
import { seededRandom, type Random } from './random.ts';

/** The variables of a small recurrent network, with every rank from 0 to 4. */
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

/** Generates normally distributed float32 gradients in the shapes of {@link LSTM_SHAPES}; `scale` is the deviation. */
export function randomGradients(random: Random, scale: number): NamedNumbers {
  return mapEntries(LSTM_SHAPES, (shape) => ({
    shape,
    values: Array.from({ length: sizeOf(shape) }, () => Math.fround(scale * random.normal())),
  }));
}

/** Generates parameters for the same network. None is 0, so a step relative to its parameter moves each of them. */
export function randomParameters(random: Random): NamedNumbers {
  return mapEntries(LSTM_SHAPES, (shape) => ({
    shape,
    values: Array.from({ length: sizeOf(shape) }, () =>
      Math.fround(random.uniform(0.2, 1) * (random.chance(0.5) ? 1 : -1)),
    ),
  }));
}

/** Options of {@link randomSequence}. */
export interface SequenceOptions {
  readonly seed: number;
  readonly steps: number;
  /** The standard deviation of an ordinary gradient. */
  readonly scale: number;
}

/**
 * Generates the gradients of a turbulent training run.
 *
 * Norms drift and jitter, with spikes up to ten thousand times as large. Some steps are all zero, some variables have a
 * gradient of zeros, and some have no gradient.
 */
export function randomSequence({ seed, steps, scale }: SequenceOptions): NamedNumbers[] {
  const random = seededRandom(seed);
  let drift = 0;
  return Array.from({ length: steps }, (_, step) => {
    drift += 0.1 * random.normal();
    const spike = random.chance(0.07) ? 10 ** random.uniform(0.5, 4) : 1;
    const gradients = randomGradients(random, scale * spike * Math.exp(drift + 0.3 * random.normal()));
    // As in training, the first step has a gradient for every variable.
    if (step === 0) return gradients;
    if (random.chance(0.04)) return mapEntries(gradients, toZeros);
    if (random.chance(0.02)) return {};
    const dropsSome = random.chance(0.15);
    const kept = Object.entries(gradients).filter(() => !dropsSome || random.chance(0.6));
    return mapEntries(Object.fromEntries(kept), (tensor) => (random.chance(0.03) ? toZeros(tensor) : tensor));
  });
}

function toZeros(tensor: NamedNumbers[string]): NamedNumbers[string] {
  return { ...tensor, values: tensor.values.map(() => 0) };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
