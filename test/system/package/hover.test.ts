// What an editor shows over a factory and its options, through TypeScript's language service on the packed package.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { allStrategies } from 'gradclip/strategies';
import { describe, expect, inject, it } from 'vitest';

const { user } = inject('installed');
const file = join(user, 'hover.ts');
const camelCase = (id: string): string => id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const program = allStrategies
  .map(({ id, fields }) => {
    const options = Object.entries(fields as Readonly<Record<string, { default: unknown }>>);
    return `${camelCase(id)}({ ${options.map(([name, field]) => `${name}: ${literal(field.default)}`).join(', ')} });`;
  })
  .join('\n');
const names = allStrategies.map(({ id }) => camelCase(id));
const text = `import { ${names.join(', ')} } from 'gradclip/strategies';\n${program}\n`;

function literal(value: unknown): string {
  return value === Infinity ? 'Infinity' : JSON.stringify(value);
}

function languageService(): ts.LanguageService {
  writeFileSync(file, text);
  const { module, moduleResolution } = {
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
  };
  return ts.createLanguageService({
    getCompilationSettings: () => ({
      module,
      moduleResolution,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      types: [],
    }),
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) =>
      ts.sys.fileExists(path) ? ts.ScriptSnapshot.fromString(readFileSync(path, 'utf8')) : undefined,
    getCurrentDirectory: () => user,
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  });
}

const service = languageService();
const hover = (position: number): string =>
  ts.displayPartsToString(service.getQuickInfoAtPosition(file, position)?.documentation ?? []);

describe.each(allStrategies)('$id', ({ id, fields }) => {
  const call = text.indexOf(`\n${camelCase(id)}(`) + 1;

  it('shows the docstring of the factory', () => {
    expect(hover(call)).toMatch(/^[A-Z].{20}/s);
    expect(names.filter((name) => hover(text.indexOf(`\n${name}(`) + 1) === hover(call))).toEqual([camelCase(id)]);
  });

  it.each(Object.entries(fields as Readonly<Record<string, { about: string; default: unknown }>>))(
    'shows the meaning and the default of %s',
    (name, field) => {
      expect(hover(text.indexOf(`${name}:`, call))).toBe(`${field.about} Default: \`${literal(field.default)}\`.`);
    },
  );
});
