// "Copy as code" produces complete programs: one for every strategy, cell, optimizer and data set is run.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StrategySpec } from 'gradclip';
import { allStrategies } from 'gradclip/strategies';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { codeFor, type Program } from '../../playground/src/code.ts';

const folder = fileURLToPath(new URL('../.generated/playground-code/', import.meta.url));
const base: Program = {
  setup: {
    task: 'adding',
    cell: 'rnn',
    optimizer: 'sgd',
    learningRate: 0.01,
    seed: 1,
    steps: 100,
    settings: {},
    backend: 'auto',
    strategies: [],
  },
  spec: { id: 'none' },
  settings: { units: 3, length: 4, batch: 8 },
  backend: 'cpu',
  steps: 12,
  ownText: false,
};
const codeOf = (spec: StrategySpec, setup: Partial<Program['setup']> = {}): string =>
  codeFor({ ...base, spec, setup: { ...base.setup, ...setup } });

const programs: readonly (readonly [name: string, code: string])[] = [
  ...allStrategies.map(({ id }) => [id, codeOf({ id })] as const),
  ...['lstm', 'gru', 'rnn-small'].map(
    (cell) => [`cell-${cell}`, codeOf({ id: 'global-norm', options: { maxNorm: 0.25 } }, { cell })] as const,
  ),
  ...['momentum', 'adam', 'rmsprop', 'adagrad'].map(
    (optimizer) => [`with-${optimizer}`, codeOf({ id: 'none' }, { optimizer })] as const,
  ),
  ['infinite', codeOf({ id: 'global-norm', options: { maxNorm: Infinity, ord: 'inf' } })],
  ['unset', codeOf({ id: 'z-clip', options: { maxNorm: null } })],
  [
    'the-book',
    codeFor({ ...base, setup: { ...base.setup, task: 'char-lm' }, settings: { units: 3, characters: 4, batch: 8 } }),
  ],
  [
    'the-weather',
    codeFor({ ...base, setup: { ...base.setup, task: 'weather' }, settings: { units: 3, window: 4, batch: 8 } }),
  ],
];

const fileOf = (name: string): string => join(folder, `${name}.js`);

describe('copy as code', () => {
  mkdirSync(folder, { recursive: true });
  for (const [name, code] of programs) writeFileSync(fileOf(name), code);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(programs)('produces a program that runs: %s', async (name) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      await import(fileOf(name));
      const said = log.mock.calls.map((line) => line.join(' ')).join('\n');
      expect(said).toMatch(/^step 11: .+ \d+\.\d{4}$/m);
      expect(said).toMatch(/^\d+ % of steps clipped, median norm \d/m);
    } finally {
      log.mockRestore();
    }
  });
});
