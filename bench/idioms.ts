import * as tf from '@tensorflow/tfjs';

/** Clips by global norm as tfjs users usually write it: sums of squares, added up, and one factor for all gradients. */
export function usualIdiom(gradients: readonly tf.Tensor[], maxNorm: number): tf.Tensor[] {
  const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)));
  return scaleTo(gradients, tf.sqrt(tf.addN(squares)), maxNorm);
}

/** Clips by global norm with `tf.norm`. */
export function idiomWithNorm(gradients: readonly tf.Tensor[], maxNorm: number): tf.Tensor[] {
  const norms = tf.stack(gradients.map((gradient) => tf.norm(gradient)));
  return scaleTo(gradients, tf.norm(norms), maxNorm);
}

function scaleTo(gradients: readonly tf.Tensor[], norm: tf.Tensor, maxNorm: number): tf.Tensor[] {
  const factor = tf.minimum(1, tf.div(maxNorm, norm));
  return gradients.map((gradient) => tf.mul(gradient, factor));
}
