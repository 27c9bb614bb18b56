import { cast, where, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';

/**
 * Applies a step whose taking only the device knows: where `skip` is 1, weights and optimizer memory stay.
 *
 * Every optimizer writes through `Variable.assign`, so for the time of the call this writes the old value back
 * where the step is skipped. Nothing is read by the host, and no optimizer need know.
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

// The engine makes all variables, and it is that of the copy of tfjs which was loaded first in the page: where another
// library brings its own, the imported `Variable` is not what these are.
function classesOf(variables: readonly Tensor[]): Variable[] {
  const prototypes = variables.map((variable) => {
    let owner = variable as Variable;
    while (!Object.hasOwn(owner, 'assign')) owner = Object.getPrototypeOf(owner) as Variable;
    return owner;
  });
  return [...new Set(prototypes)];
}
