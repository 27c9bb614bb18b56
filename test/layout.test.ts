// Checks that each strategy has a test, an oracle, a page and an entry in strategies/index.ts.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { AnyStrategyFactory } from 'gradclip';
import * as everything from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { optionsTable } from '../scripts/options-tables.ts';

const HEADINGS = [
  ...['Idea', 'Example', 'When to use it', 'When not to use it'],
  ...['Options', 'Formula', 'Behaviour', 'Source'],
];
const LONGEST_STRATEGY = 150;
const LONGEST_FILE = 300;

const root = new URL('..', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const linesIn = (text: string): number => text.replace(/\n$/, '').split('\n').length;
const camelCase = (id: string): string => id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const ids = readdirSync(new URL('strategies', root))
  .filter((name) => name.endsWith('.ts') && !name.startsWith('_') && name !== 'index.ts')
  .map((name) => name.slice(0, -'.ts'.length));
const listed: readonly AnyStrategyFactory[] = everything.allStrategies;

/** A factory is a function that carries its declaration. */
function isFactory(value: unknown): value is AnyStrategyFactory {
  return typeof value === 'function' && 'id' in value && 'fields' in value;
}

/** The second-level headings of a page, outside code blocks. */
function headingsOf(page: string): string[] {
  return [...page.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^## (.+)$/gm)].map(([, title = '']) => title.trim());
}

describe('strategies/index.ts', () => {
  it('lists exactly one factory for every file in strategies/', () => {
    expect(listed.map(({ id }) => id).sort()).toEqual([...ids].sort());
  });

  it('exports each factory by name', () => {
    const exported = Object.values(everything).filter(isFactory);
    expect(new Set(exported)).toEqual(new Set(listed));
  });

  it('freezes the list', () => {
    expect(Object.isFrozen(everything.allStrategies)).toBe(true);
  });
});

describe.each(ids)('strategies/%s.ts', (id) => {
  const text = read(`strategies/${id}.ts`);

  it('exports exactly one factory, named as the file and with its id', async () => {
    const module = (await import(`../strategies/${id}.ts`)) as Record<string, unknown>;
    const factories = Object.entries(module).filter(([, value]) => isFactory(value));
    expect(factories.map(([name]) => name)).toEqual([camelCase(id)]);
    expect((factories[0]?.[1] as AnyStrategyFactory).id).toBe(id);
    expect(listed).toContain(factories[0]?.[1]);
  });

  it('declares the publication that it implements', async () => {
    const module = (await import(`../strategies/${id}.ts`)) as Record<string, AnyStrategyFactory>;
    expect(module[camelCase(id)]?.source?.url).toMatch(/^https:/);
  });

  it(`has at most ${LONGEST_STRATEGY} lines`, () => {
    expect(linesIn(text)).toBeLessThanOrEqual(LONGEST_STRATEGY);
  });

  it.each([`test/strategies/${id}.test.ts`, `test/support/oracles/${id}.ts`, `docs/strategies/${id}.md`])(
    'has %s',
    (path) => {
      expect(existsSync(new URL(path, root)), `${path} is missing`).toBe(true);
    },
  );

  it('has a page with the headings in order and the generated table of its options', () => {
    const page = read(`docs/strategies/${id}.md`);
    expect(headingsOf(page)).toEqual(HEADINGS);
    expect(page).toContain(`<!-- generated: options ${id} -->\n${optionsTable(id)}\n<!-- /generated -->`);
  });
});

describe('every file', () => {
  const files = ['src', 'strategies', 'lab'].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((name) => name.endsWith('.ts') && !/\/(node_modules|dist)\//.test(name)),
  );

  it(`in src, strategies and lab has at most ${LONGEST_FILE} lines`, () => {
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => linesIn(read(file)) > LONGEST_FILE)).toEqual([]);
  });

  it('has a name that says what it is about, not utils or helpers', () => {
    expect(files.filter((file) => /\b(utils?|helpers?|misc|manager)\b/i.test(file))).toEqual([]);
  });
});
