import { serialization } from '@tensorflow/tfjs-core';

/** Registers classes with tf.serialization, which replaces an earlier registration of the same name. */
export function registerClasses(classes: readonly unknown[]): void {
  for (const type of classes) {
    serialization.registerClass(type as serialization.SerializableConstructor<serialization.Serializable>);
  }
}
