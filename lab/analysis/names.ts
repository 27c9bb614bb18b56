import type { StrategySpec } from 'gradclip';

/** Names strategies that are shown together: the id and, if an id occurs twice, the options that differ. */
export function labelStrategies(specs: readonly StrategySpec[]): (spec: StrategySpec) => string {
  const distinct = distinctStrategies(specs);
  const labels = new Map(
    distinct.map((spec) => {
      const namesakes = distinct.filter(({ id }) => id === spec.id);
      const differing = Object.entries(spec.options ?? {}).filter(([name, value]) =>
        namesakes.some(({ options }) => JSON.stringify(options?.[name]) !== JSON.stringify(value)),
      );
      return [strategyKey(spec), [spec.id, ...differing.map(formatOption)].join(' ')];
    }),
  );
  return (spec) => labels.get(strategyKey(spec)) ?? spec.id;
}

/** Returns each strategy once; strategies with equal ids and options are the same. */
export function distinctStrategies(specs: readonly StrategySpec[]): StrategySpec[] {
  return [...new Map(specs.map((spec) => [strategyKey(spec), spec])).values()];
}

/** Formats a strategy's options: `maxNorm=1 ord=2`. */
export function formatOptions({ options }: StrategySpec): string {
  const set = Object.entries(options ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return set.map(formatOption).join(' ');
}

/** Returns the same text for equal ids and options. */
export function strategyKey({ id, options }: StrategySpec): string {
  return JSON.stringify([id, options ?? {}]);
}

/** Formats a score or loss with three digits or two decimals: 3.62, 10.9, 122. */
export function formatScore(value: number): string {
  if (!Number.isFinite(value)) return 'not finite';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2).replace('-', '−');
}

/** Formats a fraction as a whole percentage. Only exactly 0 and 1 become 0 % and 100 %. */
export function formatPercent(fraction: number): string {
  if (fraction > 0 && fraction < 0.01) return '<1 %';
  if (fraction < 1 && fraction > 0.99) return '>99 %';
  return `${Math.round(100 * fraction)} %`;
}

/** Joins words as English does: a, b and c. */
export function joinWords(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Formats a difference with its sign and two digits: +0.67, −0.12, 0. */
export function formatSigned(value: number): string {
  const digits = Number(value.toPrecision(2));
  return digits > 0 ? `+${digits}` : String(digits).replace('-', '−');
}

function formatOption([name, value]: [string, unknown]): string {
  // A threshold that is measured: `maxNorm=p90 of 50 steps`.
  if (typeof value === 'object' && value !== null && 'percentile' in value && 'steps' in value)
    return `${name}=p${String(value.percentile)} of ${String(value.steps)} steps`;
  return `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
}
