import type { StrategySpec } from 'gradclip';
import type { Setup } from './setup.ts';

const CELLS: Readonly<Record<string, string>> = { rnn: 'simpleRNN', lstm: 'lstm', gru: 'gru' };
const OPTIMIZERS: Readonly<Record<string, (rate: number) => string>> = {
  sgd: (rate) => `tf.train.sgd(${rate})`,
  momentum: (rate) => `tf.train.momentum(${rate}, 0.9)`,
  adam: (rate) => `tf.train.adam(${rate})`,
  rmsprop: (rate) => `tf.train.rmsprop(${rate})`,
  adagrad: (rate) => `tf.train.adagrad(${rate})`,
};

/**
 * A program for tfjs that trains a network like that of a set-up with one of its strategies.
 *
 * It makes its own data, the sum of a sequence, so that it runs as it is; yours goes in its place.
 */
export function codeFor(setup: Setup, spec: StrategySpec): string {
  const factory = spec.id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const options = Object.keys(spec.options ?? {}).length === 0 ? '' : literal(spec.options);
  const units = setup.settings['units'] ?? 64;
  const length = setup.settings['length'] ?? setup.settings['characters'] ?? setup.settings['window'] ?? 30;
  const batchSize = setup.settings['batch'] ?? 16;
  return `import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { ${factory} } from 'gradclip/strategies';

const model = tf.sequential();
model.add(tf.layers.${CELLS[setup.cell] ?? 'simpleRNN'}({ units: ${units}, inputShape: [${length}, 1], recurrentInitializer: 'orthogonal' }));
model.add(tf.layers.dense({ units: 1 }));

const optimizer = clipOptimizer(${OPTIMIZERS[setup.optimizer]?.(setup.learningRate) ?? 'tf.train.sgd(0.1)'}, ${factory}(${options}));
model.compile({ optimizer, loss: 'meanSquaredError' });

// Your data goes here: [samples, time, features] and [samples, targets].
const xs = tf.randomNormal([256, ${length}, 1]);
const ys = xs.sum(1);
await model.fit(xs, ys, { epochs: 5, batchSize: ${batchSize} });

const { clipRate, normBefore } = await optimizer.stats();
console.log(\`\${Math.round(100 * clipRate)} % of steps clipped, median norm \${normBefore.median.toPrecision(3)}\`);
`;
}

// JSON has no Infinity, JavaScript has.
function literal(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    one === Infinity ? 'Infinity' : one === -Infinity ? '-Infinity' : one,
  )
    .replaceAll(/"(-?Infinity)"/g, '$1')
    .replace(/"([a-zA-Z]+)":/g, ' $1: ')
    .replace(/}$/, ' }');
}
