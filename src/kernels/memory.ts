import { type DataId, type Tensor } from '@tensorflow/tfjs-core';

// Whoever asks for a norm within a step (finiteness check, strategy, record) reads each gradient once. Kernels
// file what they found under the tensor's data, which tfjs never changes in place; a variable that is assigned
// to gets new data, and so a new entry.
let found: WeakMap<DataId, Map<string, unknown>> | undefined;

/** Runs one step; what kernels {@link remember} within it is known until it ends. */
export function rememberingNorms<Result>(step: () => Result): Result {
  const outer = found;
  found ??= new WeakMap();
  try {
    return step();
  } finally {
    found = outer;
  }
}

/** What was found of this tensor under this name earlier in the step. */
export function recalled(tensor: Tensor, name: string): unknown {
  return found?.get(tensor.dataId)?.get(name);
}

/** Files a finding under the tensor's data; does nothing outside a step. */
export function remember(tensor: Tensor, name: string, value: unknown): void {
  if (found === undefined) return;
  let findings = found.get(tensor.dataId);
  if (findings === undefined) {
    findings = new Map();
    found.set(tensor.dataId, findings);
  }
  findings.set(name, value);
}

/** Everything found of this tensor so far in the step. */
export function findingsOf(tensor: Tensor): ReadonlyMap<string, unknown> | undefined {
  return found?.get(tensor.dataId);
}
