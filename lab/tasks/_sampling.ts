/**
 * Text that a model of characters writes, one character after another.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { randomNumbers } from '../random.ts';

const WRITTEN = 160;
const LEAST = 1e-7;

/** What a recurrent layer of tfjs does with one time step, which its types keep to itself. */
interface Stepped {
  readonly cell: { call(inputs: tf.Tensor[], kwargs: object): tf.Tensor[]; readonly stateSize: number | number[] };
}

/**
 * Writes on from a zero state and a first character, drawing each next one from the model's probabilities.
 *
 * The drawing is Gumbel's: the largest of log p + noise has probability p, so all of it stays on the device and is
 * read once. The same model and seed give the same text.
 *
 * @param model a recurrent layer over one-hot characters, then a dense layer to logits
 */
export async function written(
  model: tf.LayersModel,
  { alphabet, first, seed }: { readonly alphabet: readonly string[]; readonly first: number; readonly seed: number },
): Promise<string> {
  const [recurrent, head] = model.layers as [tf.layers.Layer, tf.layers.Layer];
  const { cell } = recurrent as unknown as Stepped;
  const letters = alphabet.length;
  const chosen = tf.tidy(() => {
    const uniform = randomNumbers(WRITTEN * letters, seed, WRITTEN).map((u) => Math.min(1 - LEAST, Math.max(LEAST, u)));
    const noise = tf.tensor2d(
      uniform.map((u) => -Math.log(-Math.log(u))),
      [WRITTEN, letters],
    );
    let states = [cell.stateSize].flat().map((width) => tf.zeros([1, width]) as tf.Tensor);
    let last = tf.tensor1d([first], 'int32');
    const all: tf.Tensor1D[] = [];
    for (let place = 0; place < WRITTEN; place += 1) {
      const [output, ...next] = cell.call([tf.oneHot(last, letters), ...states], { training: false }) as [
        tf.Tensor,
        ...tf.Tensor[],
      ];
      states = next;
      const logits = head.apply(output) as tf.Tensor2D;
      last = tf.argMax(tf.add(logits, tf.slice(noise, [place, 0], [1, letters])), -1) as tf.Tensor1D;
      all.push(last);
    }
    return tf.concat(all);
  });
  const ids = await chosen.data();
  chosen.dispose();
  return Array.from(ids, (id) => alphabet[id] ?? '').join('');
}
