import { type DataId, dispose, keep, type Tensor } from '@tensorflow/tfjs-core';

// Whoever asks for a norm within a step (finiteness check, strategy, record) reads each gradient once. Kernels
// file what they found under the tensor's data, which tfjs never changes in place; a variable that is assigned
// to gets new data, and so a new entry.
interface StepMemory {
  readonly found: WeakMap<DataId, Map<string, unknown>>;
  readonly kept: Tensor[];
}

let memory: StepMemory | undefined;

/** Runs one step; what kernels {@link set} within it is known until it ends. */
export function rememberingNorms<Result>(step: () => Result): Result {
  if (memory !== undefined) return step();
  memory = { found: new WeakMap(), kept: [] };
  try {
    return step();
  } finally {
    dispose(memory.kept);
    memory = undefined;
  }
}

/** What was found of this tensor under this name earlier in the step. */
export function get(tensor: Tensor, name: string): unknown {
  return memory?.found.get(tensor.dataId)?.get(name);
}

/** Files a finding under the tensor's data; does nothing outside a step. */
export function set(tensor: Tensor, name: string, value: unknown): void {
  if (memory === undefined) return;
  let findings = memory.found.get(tensor.dataId);
  if (findings === undefined) {
    findings = new Map();
    memory.found.set(tensor.dataId, findings);
  }
  findings.set(name, value);
}

/** Keeps a tensor beyond the `tidy` it was made in, to the end of the step; outside a step it is left to that `tidy`. */
export function keptForStep<T extends Tensor>(tensor: T): T {
  if (memory === undefined) return tensor;
  memory.kept.push(tensor);
  return keep(tensor);
}

/** How many tensors are kept to the end of the step so far. */
export function stepTensors(): number {
  return memory?.kept.length ?? 0;
}

/** Everything found of this tensor so far in the step. */
export function entries(tensor: Tensor): ReadonlyMap<string, unknown> | undefined {
  return memory?.found.get(tensor.dataId);
}
