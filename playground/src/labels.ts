import type { StrategySpec } from 'gradclip';
import { strategyOf } from './catalogue.ts';
import { formatThreshold } from './format.ts';

/** Names a run by its strategy and first number: "no clipping", "global norm 0.25". */
export function labelOf({ id, options }: StrategySpec): string {
  if (id === 'none') return 'no clipping';
  const { fields, options: standard } = strategyOf(id);
  const all = { ...standard, ...options };
  const first = Object.keys(fields).find((name) => typeof all[name] === 'number');
  return `${id.replaceAll('-', ' ')}${first === undefined ? '' : ` ${formatThreshold(all[first] as number)}`}`;
}

/** Names a run as a sentence begins: "Without clipping", "Clipped at 0.25". */
export function subjectOf(spec: StrategySpec): string {
  if (spec.id === 'none') return 'Without clipping';
  const { maxNorm } = spec.options ?? {};
  if (spec.id === 'global-norm' && typeof maxNorm === 'number') return `Clipped at ${formatThreshold(maxNorm)}`;
  return `With ${labelOf(spec)}`;
}
