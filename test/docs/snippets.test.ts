import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

// Every ```ts block of the README, the docs and the docstrings is type-checked and run as a program that imports the
// public entry points. A block marked ```ts no-run is only type-checked; a block marked ```ts sketch is neither.

const root = fileURLToPath(new URL('../..', import.meta.url));
const generated = join(root, 'test/.generated');

interface Snippet {
  readonly at: string;
  readonly file: string;
  readonly runs: boolean;
}

const sources = [
  'README.md',
  ...found('lab', 'README.md'),
  ...found('docs', '.md'),
  ...found('src', '.ts'),
  ...found('strategies', '.ts'),
];
rmSync(generated, { recursive: true, force: true });
const snippets = sources.flatMap(snippetsOf);

beforeEach(async () => {
  await tf.setBackend('cpu');
});

afterEach(() => {
  vi.restoreAllMocks();
  tf.disposeVariables();
});

describe('snippets', () => {
  it('are found', () => {
    expect(snippets.length).toBeGreaterThan(10);
  });

  it('type-check', { timeout: 120_000 }, () => {
    const config = ts.getParsedCommandLineOfConfigFile(
      join(root, 'tsconfig.json'),
      {},
      { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
    );
    const program = ts.createProgram(
      snippets.map(({ file }) => file),
      { ...config?.options, noUnusedLocals: false },
    );
    const errors = snippets.flatMap(({ file, at }) =>
      ts
        .getPreEmitDiagnostics(program, program.getSourceFile(file))
        .map(({ messageText }) => `${at}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`),
    );
    expect(errors).toEqual([]);
  });

  it.each(snippets.filter(({ runs }) => runs))('$at runs', { timeout: 60_000 }, async ({ file }) => {
    for (const method of ['log', 'table', 'warn'] as const)
      vi.spyOn(console, method).mockImplementation(() => undefined);
    await import(file);
  });
});

function found(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
    .map((name) => join(folder, name))
    .sort();
}

function snippetsOf(source: string): Snippet[] {
  const text = readFileSync(join(root, source), 'utf8');
  // In a docstring each line starts with a star.
  const plain = source.endsWith('.ts') ? text.replaceAll(/^[ \t]*\* ?/gm, '') : text;
  return [...plain.matchAll(/^```ts( no-run| sketch)?\n([\s\S]*?)^```/gm)]
    .filter(([, mark]) => mark !== ' sketch')
    .map(([, mark, code = ''], place) => {
      const line = plain.slice(0, plain.indexOf(code)).split('\n').length;
      const name = `${relative('.', source).replaceAll(/[^a-zA-Z0-9]+/g, '-')}-${place}.ts`;
      mkdirSync(generated, { recursive: true });
      const file = join(generated, name);
      writeFileSync(file, `// ${source}:${line}\n${code}\nexport {};\n`);
      return { at: `${source}:${line}`, file, runs: mark === undefined };
    });
}
