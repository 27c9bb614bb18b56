import type { NamedTensors } from '../core/contract.ts';

// A combinator keeps the memories of its parts in one flat record, each under a prefix of its own.

/** The memory under a prefix, with the prefix taken off. */
export function stateUnder(prefix: string, state: NamedTensors): NamedTensors {
  const start = `${prefix}/`;
  const entries = Object.entries(state).filter(([name]) => name.startsWith(start));
  return Object.fromEntries(entries.map(([name, tensor]) => [name.slice(start.length), tensor]));
}

/** The memory with a prefix put before each name. */
export function prefixed(prefix: string, state: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.entries(state).map(([name, tensor]) => [`${prefix}/${name}`, tensor]));
}
