import * as tf from '@tensorflow/tfjs';

/** Clipping as tfjs users write it: the squares of each gradient summed, all added up, one factor for all. */
export function usualIdiom(gradients: readonly tf.Tensor[], maxNorm: number): tf.Tensor[] {
  const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)));
  return shortened(gradients, tf.sqrt(tf.addN(squares)), maxNorm);
}

/** The same by way of `tf.norm`. */
export function idiomWithNorm(gradients: readonly tf.Tensor[], maxNorm: number): tf.Tensor[] {
  const norms = tf.stack(gradients.map((gradient) => tf.norm(gradient)));
  return shortened(gradients, tf.norm(norms), maxNorm);
}

function shortened(gradients: readonly tf.Tensor[], norm: tf.Tensor, maxNorm: number): tf.Tensor[] {
  const factor = tf.minimum(1, tf.div(maxNorm, norm));
  return gradients.map((gradient) => tf.mul(gradient, factor));
}
