/**
 * Creates a generator of uniform numbers in [0, 1). The same seed gives the same numbers on every machine.
 *
 * This is Tommy Ettinger's mulberry32. Its 32 bits of state suffice for the few million numbers that weights and tests
 * need.
 */
export function seededUniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
