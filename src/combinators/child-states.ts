import { cast, where, type Scalar } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';

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
      const old = before[name];
      return [name, old === undefined || old === tensor ? tensor : where(takeAfter, tensor, old)];
    }),
  );
}
