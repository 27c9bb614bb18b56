import { cast, Variable, where, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Applies a step whose taking only the device knows: where `skip` is 1, weights and optimizer memory stay.
 *
 * Every optimizer writes through `Variable.assign`, so for the time of the call this writes the old value back
 * where the step is skipped. Nothing is read by the host, and no optimizer need know.
 */
export function applyUnless(skip: Scalar, apply: () => void): void {
  const prototype = Variable.prototype;
  const assign = prototype.assign;
  const skipped = cast(skip, 'bool');
  prototype.assign = function (this: Variable, value: Tensor): void {
    assign.call(this, where(skipped, this, value));
  };
  try {
    apply();
  } finally {
    prototype.assign = assign;
  }
}
