import { ClippingError } from '../../src/core/errors.ts';

const ADVICE =
  'Load it first: `<script src="https://cdn.jsdelivr.net/npm/@tensorflow/tfjs@4.22.0/dist/tf.min.js"></script>`.';

/** The TensorFlow.js that a script tag before gradclip's defined as the global `tf`. */
export function globalTfjs(): object {
  const { tf } = globalThis as { tf?: { version_core?: unknown } };
  if (typeof tf?.version_core !== 'string') {
    throw new ClippingError(
      'no-tfjs',
      `gradclip.min.js found no TensorFlow.js in the global variable \`tf\`. ${ADVICE}`,
    );
  }
  const [major = NaN, minor = NaN] = tf.version_core.split('.').map(Number);
  if (major !== 4 || minor < 20) {
    throw new ClippingError(
      'no-tfjs',
      `gradclip.min.js needs TensorFlow.js 4.20 or a later 4.x; \`tf\` is version ${tf.version_core}. ${ADVICE}`,
    );
  }
  return tf;
}
