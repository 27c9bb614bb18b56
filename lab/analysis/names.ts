import type { StrategySpec } from 'gradclip';

/**
 * Short names for strategies that are shown together: the id, and where an id occurs twice, the options that differ.
 */
export function labelStrategies(specs: readonly StrategySpec[]): (spec: StrategySpec) => string {
  const distinct = [...new Map(specs.map((spec) => [strategyKey(spec), spec])).values()];
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

/** A strategy's options as a reader would write them. */
export function formatOptions({ options }: StrategySpec): string {
  const set = Object.entries(options ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return set.map(formatOption).join(' ');
}

/** The same text for the same strategy with the same options. */
export function strategyKey({ id, options }: StrategySpec): string {
  return JSON.stringify([id, options ?? {}]);
}

/** A score or loss, to three digits or two decimals: 3.62, 10.9, 122. */
export function formatScore(value: number): string {
  if (!Number.isFinite(value)) return 'not finite';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** A fraction as a whole percentage; what is neither none nor all is never shown as such. */
export function formatPercent(fraction: number): string {
  if (fraction > 0 && fraction < 0.01) return '<1 %';
  if (fraction < 1 && fraction > 0.99) return '>99 %';
  return `${Math.round(100 * fraction)} %`;
}

/** Words as English lists them: a, b and c. */
export function joinWords(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function formatOption([name, value]: [string, unknown]): string {
  return `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
}
