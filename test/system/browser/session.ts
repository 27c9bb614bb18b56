import * as tf from '@tensorflow/tfjs';
import type { ClippingStrategy, NamedTensors } from 'gradclip';
import type { NamedNumbers, Oracle } from 'gradclip/testing';

/** The result of a step on the device; it is read after the last step. */
interface Pending {
  readonly gradients: NamedTensors;
  readonly skip: tf.Tensor | undefined;
}

/**
 * Returns the largest error of a strategy against its oracle over one sequence, relative to the largest element of each
 * tensor. Reads only after the last step, because webgpu supports only asynchronous reads.
 */
export async function worstError(
  strategy: ClippingStrategy,
  oracle: Oracle<never>,
  parameters: NamedNumbers,
  sequence: readonly NamedNumbers[],
  relativeTo: 'expected' | 'given',
): Promise<{ worst: number; where: string; compared: number }> {
  const variables = tensorsOf(parameters);
  let state: NamedTensors = kept({ ...tf.tidy(() => ({ ...strategy.init(variables) })) });
  const pending = sequence.map((given, step): Pending =>
    tf.tidy(() => {
      const present = Object.fromEntries(Object.keys(given).map((name) => [name, variables[name]!]));
      const clipped = strategy.clip(tensorsOf(given), state, { step, parameters: present });
      // Old state is kept until the end, because the strategy may reuse its tensors.
      state = kept({ ...clipped.state });
      return {
        gradients: kept({ ...clipped.gradients }),
        skip: clipped.skip === undefined ? undefined : tf.keep(tf.clone(clipped.skip)),
      };
    }),
  );

  const ask = oracle(strategy.options as never, parameters);
  let [worst, where, compared] = [0, 'nowhere', 0];
  for (const [step, given] of sequence.entries()) {
    const present = Object.fromEntries(Object.entries(parameters).filter(([name]) => name in given));
    const expected = ask(given, present);
    // Closer values may compare differently in float32, and every later step would differ.
    if ((expected.margin ?? Infinity) < 1e-4) break;
    const { gradients, skip } = pending[step]!;
    const skipped = skip !== undefined && (await skip.data())[0] === 1;
    if (skipped !== (expected.skip ?? false)) return { worst: Infinity, where: `step ${step}, skip`, compared };
    compared += 1;
    if (skipped) continue;
    for (const [name, { values }] of Object.entries(expected.gradients)) {
      const received = await gradients[name]!.data();
      const against = (relativeTo === 'given' ? given[name]! : expected.gradients[name]!).values;
      const unit = against.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1.2e-38);
      for (const [place, value] of values.entries()) {
        const error = Math.abs(received[place]! - value) / unit;
        if (error <= worst) continue;
        worst = Number.isNaN(error) ? Infinity : error;
        where = `step ${step}, ${name}[${place}]: ${received[place]} instead of ${value}`;
      }
    }
  }
  return { worst, where, compared };
}

/** Calls the function and returns the names of the tensor reads that it made. */
export function readsDuring(run: () => void): string[] {
  const reads: string[] = [];
  const prototype = tf.Tensor.prototype as unknown as Record<string, (this: tf.Tensor) => unknown>;
  const originals = ['dataSync', 'data', 'array', 'arraySync'].map((name) => [name, prototype[name]!] as const);
  try {
    for (const [name, original] of originals)
      prototype[name] = function () {
        reads.push(name);
        return original.call(this);
      };
    run();
  } finally {
    for (const [name, original] of originals) prototype[name] = original;
  }
  return reads;
}

function tensorsOf(numbers: NamedNumbers): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(numbers).map(([name, { values, shape }]) => [
      name,
      tf.tensor(Float32Array.from(values), [...shape]),
    ]),
  );
}

function kept<T extends NamedTensors>(tensors: T): T {
  for (const one of Object.values(tensors)) tf.keep(one);
  return tensors;
}
