// Random gradients of any rank: empty and large tensors, denormals, huge numbers, NaN and missing entries.
import { LARGEST, SMALLEST_NORMAL } from '../../src/kernels/float32.ts';
import { seededRandom, type Random } from '../../src/testing/random.ts';

/** The values of one gradient, or how the gradient is absent. */
export type RandomGradient = Float32Array | 'missing' | 'null' | 'undefined';

/** Gradients of a few variables for a few steps. */
export interface GradientSequence {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly steps: readonly ReadonlyMap<string, RandomGradient>[];
}

const NAMES = ['lstm/kernel', 'lstm/recurrent_kernel', 'lstm/bias', 'dense/kernel', 'gain'];
const STEPS = 4;
// More elements than any block or chunk of the kernels.
const LARGE = [300, 400];
const LARGE_EVERY = 40;

const SMALLEST = 1.4e-45;

/** The distributions from which the values of one tensor are drawn. */
const DISTRIBUTIONS: readonly ((random: Random) => number)[] = [
  (random) => random.normal(),
  (random) => random.normal(),
  (random) => random.normal() * 10 ** random.uniform(-30, 30),
  (random) => Math.round(random.uniform(-9, 9)) * SMALLEST,
  (random) => random.uniform(-1, 1) * SMALLEST_NORMAL,
  (random) => random.uniform(-1, 1) * LARGEST,
  (random) => (random.chance(0.5) ? 0 : -0),
  (random) => (DISTRIBUTIONS[Math.floor(random.uniform(0, 7))] as (random: Random) => number)(random),
];

const NON_FINITE = [NaN, Infinity, -Infinity];

/** Returns the same sequence for the same seed. */
export function randomSequence(seed: number): GradientSequence {
  const random = seededRandom(seed);
  const names = NAMES.filter(() => random.chance(0.7));
  const shapes = new Map(names.map((name) => [name, randomShape(random)]));
  if (seed % LARGE_EVERY === 0) shapes.set('embedding/embeddings', LARGE);
  const steps = Array.from(
    { length: STEPS },
    () => new Map([...shapes].map(([name, shape]) => [name, randomGradient(random, shape)])),
  );
  return { shapes, steps };
}

function randomShape(random: Random): readonly number[] {
  const rank = Math.floor(random.uniform(0, 5));
  return Array.from({ length: rank }, () => Math.floor(random.uniform(random.chance(0.1) ? 0 : 1, 5)));
}

function randomGradient(random: Random, shape: readonly number[]): RandomGradient {
  if (random.chance(0.1))
    return (['missing', 'null', 'undefined'] as const)[Math.floor(random.uniform(0, 3))] ?? 'null';
  const draw = DISTRIBUTIONS[Math.floor(random.uniform(0, DISTRIBUTIONS.length))] as (random: Random) => number;
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Float32Array.from({ length: size }, () => draw(random));
  if (size > 0 && random.chance(0.15)) {
    const count = random.chance(0.2) ? size : 1;
    for (let replaced = 0; replaced < count; replaced += 1) {
      values[Math.floor(random.uniform(0, size))] = NON_FINITE[Math.floor(random.uniform(0, 3))] ?? NaN;
    }
  }
  return values;
}

/** Whether all values of a step are finite. */
export function isFiniteStep(step: ReadonlyMap<string, RandomGradient>): boolean {
  return [...step.values()].every((values) => typeof values === 'string' || values.every(Number.isFinite));
}
