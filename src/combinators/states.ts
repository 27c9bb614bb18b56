import { cast, where, type Scalar } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';

// A combinator keeps the memories of its parts in one flat record, each under a prefix of its own.

/** The memory under a prefix, with the prefix taken off. */
export function childState(prefix: string, state: NamedTensors): NamedTensors {
  const start = `${prefix}/`;
  const entries = Object.entries(state).filter(([name]) => name.startsWith(start));
  return Object.fromEntries(entries.map(([name, tensor]) => [name.slice(start.length), tensor]));
}

/** The memory with a prefix put before each name. */
export function prefixed(prefix: string, state: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.entries(state).map(([name, tensor]) => [`${prefix}/${name}`, tensor]));
}

/** The memory after a step that counts, where `counts` is 1, and the one before it where that is 0; only the device knows. */
export function selectState(counts: Scalar, after: NamedTensors, before: NamedTensors): NamedTensors {
  const condition = cast(counts, 'bool');
  return Object.fromEntries(
    Object.entries(after).map(([name, tensor]) => {
      const old = before[name];
      return [name, old === undefined || old === tensor ? tensor : where(condition, tensor, old)];
    }),
  );
}
