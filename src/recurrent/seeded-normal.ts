import { seededUniform } from '../core/random.ts';

/** A source of standard normal numbers (Box & Muller 1958), repeatable where a seed is given. */
export function seededNormal(seed: number | null): () => number {
  const uniform = seed === null ? Math.random : seededUniform(seed);
  return () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  };
}
