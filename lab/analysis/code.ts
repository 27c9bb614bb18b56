import type { SummaryRow } from './summary.ts';

const OPTIMIZERS: Readonly<Record<string, (rate: number) => string>> = {
  momentum: (rate) => `tf.train.momentum(${rate}, 0.9)`,
};

/** Returns the code that trains with a setting: `clipOptimizer(tf.train.sgd(3), globalNorm({ maxNorm: 0.25 }))`. */
export function settingCode({ optimizer, learningRate, strategy }: SummaryRow): string {
  const inner = OPTIMIZERS[optimizer]?.(learningRate) ?? `tf.train.${optimizer}(${learningRate})`;
  const factory = strategy.id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const options = Object.entries(strategy.options)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}: ${value === 'Infinity' ? 'Infinity' : toLiteral(value)}`);
  return `clipOptimizer(${inner}, ${factory}(${options.length === 0 ? '' : `{ ${options.join(', ')} }`}))`;
}

function toLiteral(value: unknown): string {
  return value === Infinity ? 'Infinity' : JSON.stringify(value).replaceAll('"', "'");
}
