import { backend, getBackend, type KernelBackend } from '@tensorflow/tfjs-core';
import { isRelaxedSimdAllowed } from './layer-module.ts';
import { createHeapMemory, createOwnMemory, type PassMemory } from './pass-memory.ts';
import { passesSelfTest } from './self-test.ts';

const memories = new WeakMap<KernelBackend, Map<boolean, PassMemory | null>>();

/**
 * Returns the memory for passes on the backend in use, which is tested at first use.
 *
 * Undefined for backends whose buffers the host cannot access, without WebAssembly SIMD, and if the self-test fails.
 */
export function findPassMemory(): PassMemory | undefined {
  const create = { wasm: createHeapMemory, cpu: createOwnMemory }[getBackend()];
  if (create === undefined) return undefined;
  let byBuild = memories.get(backend());
  if (byBuild === undefined) memories.set(backend(), (byBuild = new Map<boolean, PassMemory | null>()));
  const isRelaxed = isRelaxedSimdAllowed();
  let memory = byBuild.get(isRelaxed);
  if (memory === undefined) byBuild.set(isRelaxed, (memory = tested(() => create(isRelaxed))));
  return memory ?? undefined;
}

// WebAssembly can be missing, and a later tfjs can store its tensors differently.
function tested(create: () => PassMemory): PassMemory | null {
  try {
    const memory = create();
    return passesSelfTest(memory) ? memory : null;
  } catch {
    return null;
  }
}
