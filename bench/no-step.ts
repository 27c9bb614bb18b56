import * as tf from '@tensorflow/tfjs';

/** An optimizer that takes no step, so that what is timed around it is the clipping alone. */
export class NoStep extends tf.Optimizer {
  /** The name tfjs saves it under. */
  static get className(): string {
    return 'NoStep';
  }

  override applyGradients(): void {
    // Nothing to time.
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {};
  }
}
