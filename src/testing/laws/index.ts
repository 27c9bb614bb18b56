import { direction, empty, form, length, scale, zero } from './form.ts';
import { nan, small, twice } from './effect.ts';
import { absent, late, repeat, resume } from './state.ts';
import { leaks, purity, reads } from './purity.ts';
import { bounds, json, spelling } from './options.ts';
import { parabola, saving } from './training.ts';

/** All laws, in the order in which they are tested. */
export const laws = [
  form,
  length,
  direction,
  zero,
  empty,
  small,
  twice,
  scale,
  nan,
  absent,
  late,
  purity,
  leaks,
  reads,
  repeat,
  resume,
  json,
  spelling,
  bounds,
  parabola,
  saving,
] as const;

/**
 * The name of a law.
 *
 * @category Testing
 */
export type LawName = (typeof laws)[number]['name'];
