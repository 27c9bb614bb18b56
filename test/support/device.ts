import * as tf from '@tensorflow/tfjs';

/** The cpu backend under a name that the framework does not know, so that it must not read from it, as on webgl. */
export const DEVICE = 'simulated-device';

/** Makes {@link DEVICE} known to tfjs. */
export function registerDevice(): void {
  if (tf.findBackendFactory(DEVICE) != null) return;
  tf.copyRegisteredKernels('cpu', DEVICE);
  tf.registerBackend(DEVICE, tf.findBackendFactory('cpu'), 0);
}
