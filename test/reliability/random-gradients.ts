// Gradients as no test would write them: any ranks, empty and large tensors, and every kind of number side by side.
import { LARGEST, SMALLEST_NORMAL } from '../../src/kernels/float32.ts';
import { seededRandom, type Random } from '../../src/testing/random.ts';

/** One gradient: its numbers, or why there are none. */
export type Drawn = Float32Array | 'missing' | 'null' | 'undefined';

/** A few steps of a few variables. */
export interface DrawnSet {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly steps: readonly ReadonlyMap<string, Drawn>[];
}

const NAMES = ['lstm/kernel', 'lstm/recurrent_kernel', 'lstm/bias', 'dense/kernel', 'gain'];
const STEPS = 4;
// A kernel of more elements than any block or chunk that the kernels work in.
const LARGE = [300, 400];
const LARGE_EVERY = 40;

const SMALLEST = 1.4e-45;

/** How the numbers of one tensor are drawn. */
const KINDS: readonly ((random: Random) => number)[] = [
  (random) => random.normal(),
  (random) => random.normal(),
  (random) => random.normal() * 10 ** random.uniform(-30, 30),
  (random) => Math.round(random.uniform(-9, 9)) * SMALLEST,
  (random) => random.uniform(-1, 1) * SMALLEST_NORMAL,
  (random) => random.uniform(-1, 1) * LARGEST,
  (random) => (random.chance(0.5) ? 0 : -0),
  (random) => (KINDS[Math.floor(random.uniform(0, 7))] as (random: Random) => number)(random),
];

const BAD = [NaN, Infinity, -Infinity];

/** The set of this number; the same on every call. */
export function drawnSet(number: number): DrawnSet {
  const random = seededRandom(number);
  const names = NAMES.filter(() => random.chance(0.7));
  const shapes = new Map(names.map((name) => [name, shapeFrom(random)]));
  if (number % LARGE_EVERY === 0) shapes.set('embedding/embeddings', LARGE);
  const steps = Array.from(
    { length: STEPS },
    () => new Map([...shapes].map(([name, shape]) => [name, drawnFrom(random, shape)])),
  );
  return { shapes, steps };
}

function shapeFrom(random: Random): readonly number[] {
  const rank = Math.floor(random.uniform(0, 5));
  return Array.from({ length: rank }, () => Math.floor(random.uniform(random.chance(0.1) ? 0 : 1, 5)));
}

function drawnFrom(random: Random, shape: readonly number[]): Drawn {
  if (random.chance(0.1))
    return (['missing', 'null', 'undefined'] as const)[Math.floor(random.uniform(0, 3))] ?? 'null';
  const kind = KINDS[Math.floor(random.uniform(0, KINDS.length))] as (random: Random) => number;
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Float32Array.from({ length: size }, () => kind(random));
  if (size > 0 && random.chance(0.15)) {
    const places = random.chance(0.2) ? size : 1;
    for (let count = 0; count < places; count += 1) {
      values[Math.floor(random.uniform(0, size))] = BAD[Math.floor(random.uniform(0, 3))] ?? NaN;
    }
  }
  return values;
}

/** Whether all numbers of a step are finite. */
export function isFiniteStep(step: ReadonlyMap<string, Drawn>): boolean {
  return [...step.values()].every((one) => typeof one === 'string' || one.every(Number.isFinite));
}
