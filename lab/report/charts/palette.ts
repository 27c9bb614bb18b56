import type { StrategySpec } from 'gradclip';
import { strategyKey, labelStrategies } from '../../analysis/names.ts';

/** How strategies are named and drawn, the same in every chart of a report. */
export interface Palette {
  readonly label: (spec: StrategySpec) => string;
  readonly color: (spec: StrategySpec) => string;
  /** The dashes of its lines, as SVG has them. */
  readonly dash: (spec: StrategySpec) => string;
}

const COLORS = 8;

/** Lines that share a colour differ in their dashes. */
const DASHES = ['none', '1 2', '9 2 2 2'];
const UNCLIPPED = '5 3';

/** Gives every strategy its name and look; no clipping is dashed and in the colour of the text. */
export function createPalette(specs: readonly StrategySpec[]): Palette {
  const keys = [...new Set(specs.filter(({ id }) => id !== 'none').map(strategyKey))];
  const placeOf = (spec: StrategySpec): number => keys.indexOf(strategyKey(spec));
  return {
    label: labelStrategies(specs),
    color: (spec) => (spec.id === 'none' ? 'var(--none)' : `var(--s${placeOf(spec) % COLORS})`),
    dash: (spec) =>
      spec.id === 'none' ? UNCLIPPED : (DASHES[Math.floor(placeOf(spec) / COLORS) % DASHES.length] ?? 'none'),
  };
}
