import { backend, getBackend } from '@tensorflow/tfjs-core';

/** Returns a function that chooses a value for the backend in use, at first use of each backend. */
export function perBackend<Value>(choose: (backendName: string) => Value): () => Value {
  // Keyed by instance, because a backend that is removed and created again has a new heap.
  const chosen = new WeakMap<object, { readonly value: Value }>();
  return () => {
    const inUse = backend();
    let entry = chosen.get(inUse);
    if (entry === undefined) chosen.set(inUse, (entry = { value: choose(getBackend()) }));
    return entry.value;
  };
}

/** Returns what `create` returns if it works here and passes its self-test, otherwise the fallback. */
export function createOrFallBack<Value>(
  create: () => Value,
  isRight: (created: Value) => boolean,
  fallback: Value,
): Value {
  // SIMD can be missing, and a later tfjs can store its tensors differently. Plain loops are then slower but as accurate.
  try {
    const created = create();
    return isRight(created) ? created : fallback;
  } catch {
    return fallback;
  }
}
