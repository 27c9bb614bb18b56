import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import * as gradclip from 'gradclip';
import { type ClippingStrategy } from 'gradclip';
import * as strategies from 'gradclip/strategies';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers, tensors } from './src/combinators/fixture.ts';

// The formulas of PyTorch, Keras/TensorFlow and optax as their documentation states them, each written out in
// float64 without our code. The calls on the page must compute the same.
type Pair = readonly [a: readonly number[], b: readonly number[]];
const A = [3, 4];
const B = [0, 12];
const PARAMETERS = { a: [30, 40], b: [600, 800] };
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const norm = (values: readonly number[], p = 2): number =>
  p === Infinity ? Math.max(...values.map(Math.abs)) : sum(values.map((value) => Math.abs(value) ** p)) ** (1 / p);
const times = (values: readonly number[], factor: number): number[] => values.map((value) => value * factor);
const clamp = (values: readonly number[], low: number, high: number): number[] =>
  values.map((value) => Math.min(Math.max(value, low), high));

/** torch: coefficient = max_norm / (total_norm + 1e-6), at most 1, times every gradient. */
function torchClipGradNorm(gradients: readonly (readonly number[])[], maxNorm: number, p = 2): number[][] {
  // torch takes the norm of the norms.
  const total = norm(
    gradients.map((one) => norm(one, p)),
    p,
  );
  const coefficient = Math.min(maxNorm / (total + 1e-6), 1);
  return gradients.map((one) => times(one, coefficient));
}
/** TensorFlow: t · clip_norm / max(global_norm, clip_norm). */
const tfClipByGlobalNorm = (clipNorm: number): Pair => {
  const global = Math.sqrt(sum([...A, ...B].map((value) => value ** 2)));
  return [times(A, clipNorm / Math.max(global, clipNorm)), times(B, clipNorm / Math.max(global, clipNorm))];
};
/** TensorFlow: t · clip_norm / max(‖t‖, clip_norm), each tensor by itself. */
const tfClipByNorm = (clipNorm: number): Pair =>
  [A, B].map((one) => times(one, clipNorm / Math.max(norm(one), clipNorm))) as unknown as Pair;
/** optax: unchanged where ‖u‖ < max_norm, else u / ‖u‖ · max_norm. */
const optaxClipByGlobalNorm = (a: readonly number[], b: readonly number[], maxNorm: number): Pair => {
  const global = norm([...a, ...b]);
  return global < maxNorm ? [a, b] : [times(a, maxNorm / global), times(b, maxNorm / global)];
};
/** optax: u / max(1, √mean(u²) / threshold), each tensor by itself. */
const optaxBlockRms = (values: readonly number[], threshold: number): number[] =>
  times(values, 1 / Math.max(1, Math.sqrt(sum(values.map((value) => value ** 2)) / values.length) / threshold));
/** optax: a unit's gradient longer than clipping · max(‖w‖, 1e-3) is shortened to it; a vector is one unit. */
const optaxAgc = (values: readonly number[], weights: readonly number[], clipping: number): number[] => {
  const limit = clipping * Math.max(norm(weights), 1e-3);
  return norm(values) < limit ? [...values] : times(values, limit / Math.max(norm(values), 1e-6));
};
/** optax: u · scale / (‖u‖ + 1e-6). */
const optaxNormalize = (scale: number): Pair => [times(A, scale / (13 + 1e-6)), times(B, scale / (13 + 1e-6))];

const EXPECTED: Readonly<Record<string, Pair>> = {
  'clip_grad_norm_(p, 6.5)': torchClipGradNorm([A, B], 6.5) as unknown as Pair,
  'clip_grad_norm_(p, 9.5, norm_type=1)': torchClipGradNorm([A, B], 9.5, 1) as unknown as Pair,
  'clip_grad_norm_(p, 6, norm_type=inf)': torchClipGradNorm([A, B], 6, Infinity) as unknown as Pair,
  'clip_grad_norm_(p, inf)': torchClipGradNorm([A, B], Infinity) as unknown as Pair,
  'clip_grad_value_(p, 2)': [clamp(A, -2, 2), clamp(B, -2, 2)],
  'for q in p: clip_grad_norm_(q, 2.5)': [A, B].flatMap((one) => torchClipGradNorm([one], 2.5)) as unknown as Pair,
  'clip_grad_norm_([a], 1)': [torchClipGradNorm([A], 1)[0] ?? [], B],
  'global_clipnorm=6.5': tfClipByGlobalNorm(6.5),
  'clipnorm=2.5': tfClipByNorm(2.5),
  'clipvalue=2': [clamp(A, -2, 2), clamp(B, -2, 2)],
  'tf.clip_by_global_norm(g, 6.5)': tfClipByGlobalNorm(6.5),
  'tf.clip_by_norm(g, 2.5, axes=[0])': tfClipByNorm(2.5),
  'tf.clip_by_value(g, -1, 3)': [clamp(A, -1, 3), clamp(B, -1, 3)],
  'clip_by_global_norm(6.5)': optaxClipByGlobalNorm(A, B, 6.5),
  'clip(2)': [clamp(A, -2, 2), clamp(B, -2, 2)],
  'clip_by_block_rms(1)': [optaxBlockRms(A, 1), optaxBlockRms(B, 1)],
  'adaptive_grad_clip(0.01)': [optaxAgc(A, PARAMETERS.a, 0.01), optaxAgc(B, PARAMETERS.b, 0.01)],
  'normalize_by_update_norm(6.5)': optaxNormalize(6.5),
  'identity()': [A, B],
  'chain(clip(5), clip_by_global_norm(1))': optaxClipByGlobalNorm(clamp(A, -5, 5), clamp(B, -5, 5), 1),
  "partition({'x': clip(1), 'y': identity()}, {'a': 'x', 'b': 'y'})": [clamp(A, -1, 1), B],
  "masked(clip(1), {'a': False, 'b': True})": [A, clamp(B, -1, 1)],
  // The value at step 0 is the initial one.
  'inject_hyperparams(clip)(linear_schedule(2, 1, 100))': [clamp(A, -2, 2), clamp(B, -2, 2)],
};

const page = readFileSync(new URL('../docs/guide/coming-from.md', import.meta.url), 'utf8');
const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replace(/^`|`$/g, ''));
const [, tables = ''] = page.split('In the tables below,');
const rows = tables
  .split('\n')
  .filter((line) => line.startsWith('| `') && !line.includes('| gradclip |'))
  .map(cells)
  .map(([theirs = '', ours = '']) => ({ theirs, ours }));

/** The value of a line of the page, with everything that the package exports by name. */
function evaluated(line: string): ClippingStrategy {
  const scope: Record<string, unknown> = { ...gradclip, ...strategies };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the page is ours, and its lines are to be run
  const run = new Function(...Object.keys(scope), `return ${line};`) as (...values: unknown[]) => ClippingStrategy;
  return run(...Object.values(scope));
}

function clipped(strategy: ClippingStrategy): Record<string, number[]> {
  return tf.tidy(() => {
    const [gradients, parameters] = [tensors({ a: A, b: B }), tensors(PARAMETERS)];
    return numbers(strategy.clip(gradients, strategy.init(parameters), { step: 0, parameters }).gradients);
  });
}

const near = (values: readonly number[]): unknown[] => values.map((value) => expect.closeTo(value, 5) as unknown);

beforeAll(() => tf.setBackend('cpu'));

describe('coming from another library', () => {
  it('has a row for every formula, and a formula for every row', () => {
    expect(rows.map(({ theirs }) => theirs)).toEqual(Object.keys(EXPECTED));
  });

  it.each(rows)('$theirs is $ours', ({ theirs, ours }) => {
    const [expectedA, expectedB] = EXPECTED[theirs] ?? [[], []];
    expect(clipped(evaluated(ours))).toEqual({ a: near(expectedA), b: near(expectedB) });
  });

  it('ignores five non-finite steps as apply_if_finite(optimizer, 5) does, and throws at the sixth', () => {
    const w = tf.variable(tf.tensor1d([1]), true, 'w');
    const optimizer = gradclip.clipOptimizer(tf.train.sgd(1), strategies.none(), {
      onNonFinite: 'skip',
      maxConsecutiveNonFinite: 6,
    });
    const step = (gradient: number): void => {
      optimizer.applyGradients({ w: tf.tensor1d([gradient]) });
    };
    for (let ignored = 0; ignored < 5; ignored += 1) step(NaN);
    expect(() => {
      step(NaN);
    }).toThrow('had NaN or Infinity for 6 steps in a row');
    expect(Array.from(w.dataSync())).toEqual([1]);
    w.dispose();
  });

  it("sets ±Infinity to 0 as well as NaN with onNonFinite: 'zero'", () => {
    const w = tf.variable(tf.tensor1d([1, 1, 1]), true, 'w');
    const optimizer = gradclip.clipOptimizer(tf.train.sgd(1), strategies.none(), { onNonFinite: 'zero' });
    optimizer.applyGradients({ w: tf.tensor1d([NaN, Infinity, 2]) });
    expect(Array.from(w.dataSync())).toEqual([1, 1, -1]);
    w.dispose();
  });
});
