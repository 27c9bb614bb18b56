/**
 * Samples text from a character model.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { randomNumbers } from '../random.ts';

const SAMPLE_LENGTH = 160;
const MIN_UNIFORM = 1e-7;

/** The part of a tfjs recurrent layer that computes one time step, which its types hide. */
interface RecurrentLayer {
  readonly cell: { call(inputs: tf.Tensor[], kwargs: object): tf.Tensor[]; readonly stateSize: number | number[] };
}

/**
 * Samples a text that starts with a zero state and a given character.
 *
 * Uses the Gumbel-max trick: the largest of log p + noise has probability p, so all steps stay on the device and the
 * result is read once. The same model and seed give the same text.
 *
 * @param model a recurrent layer over one-hot characters, followed by a dense layer that returns logits
 */
export async function sampleText(
  model: tf.LayersModel,
  { alphabet, first, seed }: { readonly alphabet: readonly string[]; readonly first: number; readonly seed: number },
): Promise<string> {
  const [recurrent, head] = model.layers as [tf.layers.Layer, tf.layers.Layer];
  const { cell } = recurrent as unknown as RecurrentLayer;
  const size = alphabet.length;
  const sampled = tf.tidy(() => {
    const uniform = randomNumbers(SAMPLE_LENGTH * size, seed, 'sample').map((u) =>
      Math.min(1 - MIN_UNIFORM, Math.max(MIN_UNIFORM, u)),
    );
    const noise = tf.tensor2d(
      uniform.map((u) => -Math.log(-Math.log(u))),
      [SAMPLE_LENGTH, size],
    );
    let states = [cell.stateSize].flat().map((width) => tf.zeros([1, width]) as tf.Tensor);
    let last = tf.tensor1d([first], 'int32');
    const all: tf.Tensor1D[] = [];
    for (let step = 0; step < SAMPLE_LENGTH; step += 1) {
      const [output, ...next] = cell.call([tf.oneHot(last, size), ...states], { training: false }) as [
        tf.Tensor,
        ...tf.Tensor[],
      ];
      states = next;
      const logits = head.apply(output) as tf.Tensor2D;
      last = tf.argMax(tf.add(logits, tf.slice(noise, [step, 0], [1, size])), -1) as tf.Tensor1D;
      all.push(last);
    }
    return tf.concat(all);
  });
  const ids = await sampled.data();
  sampled.dispose();
  return Array.from(ids, (id) => alphabet[id] ?? '').join('');
}
