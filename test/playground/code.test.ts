// "Copy as code" produces complete programs: one for every strategy and every cell is type-checked and run.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allStrategies } from 'gradclip/strategies';
import ts from 'typescript';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { codeFor } from '../../playground/src/code.ts';

const folder = fileURLToPath(new URL('../.generated/playground-code/', import.meta.url));
const base = {
  task: 'char-lm',
  cell: 'rnn',
  optimizer: 'sgd',
  learningRate: 0.01,
  seed: 1,
  steps: 100,
  settings: { units: 3, characters: 4, batch: 64 },
  backend: 'auto' as const,
  strategies: [],
};

const programs: readonly (readonly [name: string, code: string])[] = [
  ...allStrategies.map(({ id }) => [id, codeFor(base, { id })] as const),
  ...['lstm', 'gru'].map(
    (cell) => [`cell-${cell}`, codeFor({ ...base, cell }, { id: 'global-norm', options: { maxNorm: 0.25 } })] as const,
  ),
  ...['momentum', 'adam', 'rmsprop', 'adagrad'].map(
    (optimizer) => [`with-${optimizer}`, codeFor({ ...base, optimizer }, { id: 'none' })] as const,
  ),
  ['infinite', codeFor(base, { id: 'global-norm', options: { maxNorm: Infinity, ord: 'inf' } })],
  ['infinite-from-a-link', codeFor(base, { id: 'global-norm', options: { maxNorm: 'Infinity' } })],
  ['unset', codeFor(base, { id: 'z-clip', options: { maxNorm: null } })],
];

const fileOf = (name: string): string => join(folder, `${name}.ts`);

describe('copy as code', () => {
  mkdirSync(folder, { recursive: true });
  for (const [name, code] of programs) writeFileSync(fileOf(name), code);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('produces programs without type errors', () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
    const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
    const program = ts.createProgram(
      programs.map(([name]) => fileOf(name)),
      options,
    );
    const problems = programs.flatMap(([name]) =>
      ts.getPreEmitDiagnostics(program, program.getSourceFile(fileOf(name))),
    );
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });

  it.each(programs)('produces a program that runs: %s', async (name) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      await import(fileOf(name));
      const said = log.mock.calls.map((line) => line.join(' ')).join('\n');
      expect(said).toMatch(/^\d+ % of steps clipped, median norm \d/m);
    } finally {
      log.mockRestore();
    }
  });
});
