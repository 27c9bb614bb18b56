import { cast, where, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';

/**
 * Applies a step unless `skip` on the device is 1; then weights and the optimizer's state stay.
 *
 * Every optimizer writes through `Variable.assign`. During the call, `assign` writes the old value back if the step is
 * skipped. The host reads nothing, and the optimizer needs no change.
 */
export function applyUnless(skip: Scalar, variables: NamedTensors, apply: () => void): void {
  const skipped = cast(skip, 'bool');
  const restore = classesOf(Object.values(variables)).map((prototype) => {
    const assign = prototype.assign;
    prototype.assign = function (this: Variable, value: Tensor): void {
      assign.call(this, where(skipped, this, value));
    };
    return () => {
      prototype.assign = assign;
    };
  });
  try {
    apply();
  } finally {
    for (const each of restore) each();
  }
}

// The engine creates all variables, and it belongs to the copy of tfjs that the page loaded first. With a second copy,
// the imported `Variable` is not their class.
function classesOf(variables: readonly Tensor[]): Variable[] {
  const prototypes = variables.map((variable) => {
    let owner = variable as Variable;
    while (!Object.hasOwn(owner, 'assign')) owner = Object.getPrototypeOf(owner) as Variable;
    return owner;
  });
  return [...new Set(prototypes)];
}
