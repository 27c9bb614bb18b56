/**
 * Numbers spread evenly over [0, 1), the same ones for the same seed on every machine.
 *
 * Tommy Ettinger's mulberry32: 32 bits of state, ample for the few million numbers that weights or tests take.
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
