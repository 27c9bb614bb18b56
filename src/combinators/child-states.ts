import { cast, maximum, mul, sub, where, type Scalar } from '@tensorflow/tfjs-core';
import type { Clipped, NamedTensors } from '../core/contract.ts';

// A combinator keeps the states of its strategies in one flat record, each strategy's under its own prefix.

/** The entries under a prefix, without the prefix. */
export function childState(prefix: string, state: NamedTensors): NamedTensors {
  const start = `${prefix}/`;
  const entries = Object.entries(state).filter(([name]) => name.startsWith(start));
  return Object.fromEntries(entries.map(([name, tensor]) => [name.slice(start.length), tensor]));
}

/** The state with a prefix before each name. */
export function withPrefix(prefix: string, state: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.entries(state).map(([name, tensor]) => [`${prefix}/${name}`, tensor]));
}

/** `after` where `condition` is 1 and `before` where it is 0, selected on the device. */
export function selectState(condition: Scalar, after: NamedTensors, before: NamedTensors): NamedTensors {
  const takeAfter = cast(condition, 'bool');
  return Object.fromEntries(
    Object.entries(after).map(([name, tensor]) => {
      const old = before[name] ?? tensor;
      return [name, old === tensor ? tensor : where(takeAfter, tensor, old)];
    }),
  );
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
  const skips = steps.flatMap(({ result }) => result.skip ?? []);
  const skip = skips.length === 0 ? undefined : skips.reduce((one, other) => maximum(one, other));
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
