// A strategy that keeps a tensor in every step is named; one that does not is left alone.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { clipOptimizer, type ClippingStrategy, type ClipOptions, type NamedTensors } from 'gradclip';
import { allStrategies } from 'gradclip/strategies';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEVICE, onBackend } from '../../../src/testing/backends.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Takes a dozen steps, and answers what was said on the console. */
async function said(
  make: (kept: tf.Tensor[]) => ClippingStrategy,
  options: ClipOptions = {},
  backend = 'cpu',
): Promise<string[]> {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  await onBackend(backend, () => {
    const kept: tf.Tensor[] = [];
    const [w, b] = [tf.variable(tf.ones([3])), tf.variable(tf.ones([2, 2]))];
    const optimizer = clipOptimizer(tf.train.adam(0.1), make(kept), options);
    for (let step = 0; step < 12; step += 1) {
      optimizer.minimize(() => tf.mul(step % 4 === 3 ? 1e3 : 1, tf.add(tf.sum(tf.square(w)), tf.sum(tf.square(b)))));
    }
    optimizer.dispose();
    tf.dispose([w, b, ...kept]);
  });
  // tfjs greets who makes its first backend.
  return warn.mock.calls.map(([text]) => String(text)).filter((text) => text.startsWith('gradclip'));
}

const keeping =
  (keep: (step: number, gradients: NamedTensors) => tf.Tensor[]) =>
  (kept: tf.Tensor[]): ClippingStrategy => ({
    id: 'mine',
    options: {},
    init: () => ({ seen: tf.scalar(0) }),
    clip(gradients, state, { step }) {
      kept.push(...keep(step, gradients).map((one) => tf.keep(one)));
      return { gradients, state: { seen: tf.add(state['seen'] as tf.Scalar, 1) } };
    },
  });

describe('a strategy that keeps what it does not return', () => {
  it.each(['cpu', 'wasm', DEVICE])('is named once, with the number of tensors, on %s', async (backend) => {
    const strategy = keeping((_, gradients) => Object.values(gradients).map((one) => tf.mul(one, 2)));
    expect(await said(strategy, {}, backend)).toEqual([
      'gradclip: tensors that `mine` leaves behind in every step: 2. A strategy returns what it keeps, as its `state`, ' +
        'and `warnings: false` silences this.',
    ]);
  });

  it('is named also where it never had a memory, and has one step that is skipped', async () => {
    expect(await said(keeping((step) => (step === 2 ? [] : [tf.scalar(1)])))).toHaveLength(1);
  });

  it('is left alone where it keeps something once, or was told not to warn', async () => {
    expect(await said(keeping((step) => (step === 0 ? [tf.scalar(1)] : [])))).toEqual([]);
    expect(
      await said(
        keeping(() => [tf.scalar(1)]),
        { warnings: false },
      ),
    ).toEqual([]);
  });
});

describe('the strategies of the shelf', () => {
  it.each([
    ['cpu', {}],
    ['wasm', { onNonFinite: 'zero' }],
    [DEVICE, { onNonFinite: 'skip' }],
  ] as const)('leave nothing behind, on %s', async (backend, options) => {
    for (const factory of allStrategies) expect(await said(() => factory(), options, backend)).toEqual([]);
  });
});
