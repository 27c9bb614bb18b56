import * as tf from '@tensorflow/tfjs';

/** An optimizer that does nothing, so that timing a wrapper around it times the clipping alone. */
export class NoStep extends tf.Optimizer {
  /** The name under which tfjs saves it. */
  static get className(): string {
    return 'NoStep';
  }

  override applyGradients(): void {
    // Does nothing, on purpose.
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {};
  }
}
