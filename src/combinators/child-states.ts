import { cast, maximum, mul, sub, where, type Scalar } from '@tensorflow/tfjs-core';
import type { Clipped, NamedTensors } from '../core/contract.ts';
import { mapValues, withPrefix } from '../core/entries.ts';

// A combinator keeps the states of its strategies in one flat record, each strategy's under its own prefix.

/** 1 where any of some flags is 1; undefined without flags. */
export function anyOf(flags: readonly (Scalar | undefined)[]): Scalar | undefined {
  const present = flags.filter((flag) => flag !== undefined);
  return present.length === 0 ? undefined : present.reduce((one, other) => maximum(one, other));
}

/** `after` where `condition` is 1 and `before` where it is 0, selected on the device. */
export function selectState(condition: Scalar, after: NamedTensors, before: NamedTensors): NamedTensors {
  const takeAfter = cast(condition, 'bool');
  return mapValues(after, (tensor, name) => {
    const old = before[name] ?? tensor;
    return old === tensor ? tensor : where(takeAfter, tensor, old);
  });
}

/** One strategy of a combinator in a step. */
export interface ChildStep {
  readonly prefix: string;
  /** Its state before the step. */
  readonly before: NamedTensors;
  readonly result: Clipped;
}

/**
 * Joins the states and the skips of the strategies of one step.
 *
 * A step that one strategy skips does not enter the states of the others. The strategy that skips keeps its new state,
 * or it could never adapt. In a sequence, only the first one that skips does.
 */
export function joinSteps(steps: readonly ChildStep[], isSequence: boolean): Pick<Clipped, 'state' | 'skip'> {
  const skip = anyOf(steps.map(({ result }) => result.skip));
  let skippedBefore: Scalar | undefined;
  const states = steps.map(({ prefix, before, result }) => {
    const { skip: own, state } = result;
    if (skip === undefined || own === skip) return withPrefix(prefix, state);
    const isFirst = own && isSequence && skippedBefore ? mul<Scalar>(own, sub(1, skippedBefore)) : own;
    if (own) skippedBefore = skippedBefore ? maximum(skippedBefore, own) : own;
    const enters: Scalar = isFirst ? maximum(sub(1, skip), isFirst) : sub(1, skip);
    return withPrefix(prefix, selectState(enters, state, before));
  });
  return { state: Object.assign({}, ...states) as NamedTensors, ...(skip === undefined ? {} : { skip }) };
}
