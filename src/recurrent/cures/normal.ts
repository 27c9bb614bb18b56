/** A source of standard normal numbers (Box & Muller 1958), repeatable where a seed is given. */
export function seededNormal(seed: number | null): () => number {
  const uniform = seed === null ? Math.random : mulberry32(seed);
  return () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  };
}

// Tommy Ettinger's generator: 32 bits of state, which is ample for a few million weights.
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
