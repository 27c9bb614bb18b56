import { cast, engine, where, type Optimizer, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { anyOf } from '../combinators/child-states.ts';
import { shared } from '../core/shared.ts';
import type { Gradients } from './gradients.ts';

/** What the wrappers outside have decided about the step that an optimizer inside takes. */
export interface OuterStep {
  /** 1 if the step is skipped, on the device; absent if it is taken. */
  readonly skip?: Scalar | undefined;
  /** Whether the step advances schedules and `iterations`. */
  readonly isCounted: boolean;
}

const scope = shared('outer-step', (): { current: OuterStep } => ({ current: { isCounted: true } }));

/** The decision of the wrappers outside, during the call of `applyGradients`. */
export function outerStep(): OuterStep {
  return scope.current;
}

/**
 * Lets an optimizer take a step, unless `skip` on the device is 1; then weights and the optimizer's state stay.
 *
 * Every tfjs optimizer writes through `Variable.assign`, so `assign` writes the old value back during the call. A wrapper
 * keeps plain tensors instead, and selects them by {@link outerStep}. The host reads nothing (decision 0006).
 */
export function applyStep(target: Optimizer, gradients: Gradients, skip?: Scalar, isCounted = true): void {
  const outer = scope.current;
  const restore = skip === undefined ? [] : keepOldValuesWhere(skip);
  const { iterations_: iterations } = target as unknown as Counting;
  scope.current = { skip: anyOf([outer.skip, skip]), isCounted: outer.isCounted && isCounted };
  try {
    target.applyGradients(gradients);
    if (!scope.current.isCounted) (target as unknown as Counting).iterations_ = iterations;
  } finally {
    scope.current = outer;
    for (const each of restore) each();
  }
}

/** Counts a step that the host skips, as a device counts it. */
export function countSkipped(target: Optimizer, gradients: Gradients): void {
  if (!scope.current.isCounted) return;
  const { countSkippedStep, incrementIterations } = target as unknown as Partial<Counting>;
  if (countSkippedStep) countSkippedStep.call(target, gradients);
  else incrementIterations?.call(target);
}

interface Counting {
  /** Of wrappers. */
  countSkippedStep(gradients: Gradients): void;
  /** Of every tfjs optimizer, as is the next. */
  incrementIterations(): void;
  iterations_: number;
}

function keepOldValuesWhere(skip: Scalar): (() => void)[] {
  const skipped = cast(skip, 'bool');
  return variableClasses().map((prototype) => {
    const assign = prototype.assign;
    prototype.assign = function (this: Variable, value: Tensor): void {
      assign.call(this, where(skipped, this, value));
    };
    return () => {
      prototype.assign = assign;
    };
  });
}

// The engine creates all variables, and it belongs to the copy of tfjs that the page loaded first. With a second copy,
// the imported `Variable` is not their class.
function variableClasses(): Variable[] {
  const prototypes = Object.values(engine().registeredVariables).map((variable) => {
    let owner = variable;
    while (!Object.hasOwn(owner, 'assign')) owner = Object.getPrototypeOf(owner) as Variable;
    return owner;
  });
  return [...new Set(prototypes)];
}
