import type { StrategySpec } from 'gradclip';
import { keyOf, strategyLabels } from './label.ts';

/** How strategies are named and coloured, the same in every chart of a report. */
export interface Ink {
  readonly label: (spec: StrategySpec) => string;
  readonly color: (spec: StrategySpec) => string;
}

const COLORS = 8;

/** Gives every strategy its name and colour; no clipping is drawn in the colour of the text. */
export function inkOf(specs: readonly StrategySpec[]): Ink {
  const keys = [...new Set(specs.filter(({ id }) => id !== 'none').map(keyOf))];
  return {
    label: strategyLabels(specs),
    color: (spec) => (spec.id === 'none' ? 'var(--none)' : `var(--s${keys.indexOf(keyOf(spec)) % COLORS})`),
  };
}
