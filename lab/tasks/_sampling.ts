/**
 * Samples text from a character model.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { randomNumbers } from '../random.ts';

const SAMPLE_LENGTH = 160;
const MIN_UNIFORM = 1e-7;

/** The part of a tfjs recurrent layer that computes one time step, which its types hide. A stack has none. */
interface RecurrentLayer {
  readonly cell?: { call(inputs: tf.Tensor[], kwargs: object): tf.Tensor[]; readonly stateSize: number | number[] };
}

/**
 * Samples a text that starts with a zero state and a given character.
 *
 * Uses the Gumbel-max trick: the largest of log p + noise has probability p, so all steps stay on the device and the
 * result is read once. The same model and seed give the same text.
 *
 * @param model a layer over one-hot characters, followed by a dense layer that returns logits
 */
export async function sampleText(
  model: tf.LayersModel,
  { alphabet, first, seed }: { readonly alphabet: readonly string[]; readonly first: number; readonly seed: number },
): Promise<string> {
  const size = alphabet.length;
  const sampled = tf.tidy(() => {
    const uniform = randomNumbers(SAMPLE_LENGTH * size, seed, 'sample').map((u) =>
      Math.min(1 - MIN_UNIFORM, Math.max(MIN_UNIFORM, u)),
    );
    const noise = tf.tensor2d(
      uniform.map((u) => -Math.log(-Math.log(u))),
      [SAMPLE_LENGTH, size],
    );
    const logitsAfter = createStepper(model);
    let last = tf.tensor1d([first], 'int32');
    const all: tf.Tensor1D[] = [];
    for (let step = 0; step < SAMPLE_LENGTH; step += 1) {
      const logits = logitsAfter(tf.oneHot(last, size) as tf.Tensor2D);
      last = tf.argMax(tf.add(logits, tf.slice(noise, [step, 0], [1, size])), -1) as tf.Tensor1D;
      all.push(last);
    }
    return tf.concat(all);
  });
  const ids = await sampled.data();
  sampled.dispose();
  return Array.from(ids, (id) => alphabet[id] ?? '').join('');
}

/** Returns a function that takes the next character, one-hot with shape [1, characters], and returns the logits after it. */
function createStepper(model: tf.LayersModel): (character: tf.Tensor2D) => tf.Tensor {
  const [recurrent, head] = model.layers as [tf.layers.Layer, tf.layers.Layer];
  const { cell } = recurrent as unknown as RecurrentLayer;
  if (cell === undefined) return createReader(model);
  let states = [cell.stateSize].flat().map((width) => tf.zeros([1, width]) as tf.Tensor);
  return (character) => {
    const [output, ...next] = cell.call([character, ...states], { training: false });
    states = next;
    return head.apply(output!) as tf.Tensor;
  };
}

/** As {@link createStepper}, for any model: it reads the whole text again for each new character. */
function createReader(model: tf.LayersModel): (character: tf.Tensor2D) => tf.Tensor {
  const read: tf.Tensor2D[] = [];
  return (character) => {
    read.push(character);
    const text = tf.expandDims(tf.concat(read), 0);
    const logits = model.layers.reduce((input, layer) => layer.apply(input) as tf.Tensor, text);
    return tf.slice(tf.squeeze<tf.Tensor2D>(logits, [0]), [read.length - 1, 0], [1, -1]);
  };
}
