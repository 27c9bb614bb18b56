// The shelf cannot decay: each strategy has its test, its oracle, its page, its place on the shelf and a
// reference table that says what its declaration says.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { AnyStrategyFactory } from 'gradclip';
import type { Field } from 'gradclip/define';
import * as everything from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';

const HEADINGS = ['Idea', 'Formula', 'Options', 'Behaviour', 'Example', 'When not to use it', 'Results', 'Source'];
const LONGEST_STRATEGY = 150;
const LONGEST_FILE = 300;

const root = new URL('..', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const linesIn = (text: string): number => text.replace(/\n$/, '').split('\n').length;
const camelCase = (id: string): string => id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const ids = readdirSync(new URL('strategies', root))
  .filter((name) => name.endsWith('.ts') && !name.startsWith('_') && name !== 'index.ts')
  .map((name) => name.slice(0, -'.ts'.length));
const shelf: readonly AnyStrategyFactory[] = everything.allStrategies;

/** A factory is a function that carries its declaration. */
function isFactory(value: unknown): value is AnyStrategyFactory {
  return typeof value === 'function' && 'id' in value && 'fields' in value;
}

/** A default as the reference writes it: JSON, with single quotes, and Infinity by its name. */
function written(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return JSON.stringify(value).replaceAll('"', "'");
}

/** The rows of the first table under a heading, as trimmed cells without backticks; the header comes first. */
function tableUnder(page: string, heading: string): string[][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s:|-]+\|$/.test(line))
    .map((line) =>
      line
        // A bar inside a cell is written `\|`.
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.replaceAll('`', '').replaceAll('\\|', '|').trim()),
    );
}

/** What is wrong with a page, as sentences; the test below shows that it finds what it should. */
function faultsOf(page: string, id: string, fields: Readonly<Record<string, Field>>): string[] {
  const faults: string[] = [];
  const headings = [...page.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^## (.+)$/gm)].map(([, title]) =>
    title?.trim(),
  );
  if (headings.join(' · ') !== HEADINGS.join(' · ')) faults.push(`its headings are: ${headings.join(' · ')}`);
  if (!page.includes(id)) faults.push(`it never names \`${id}\``);
  const [header, ...rows] = tableUnder(page, 'Options');
  const expected = Object.entries(fields).map(([name, field]) => [name, written(field.default)]);
  if (expected.length > 0 && header?.join(' | ') !== 'option | default | meaning') {
    faults.push(`its option table must begin: | option | default | meaning |`);
  }
  const given = rows.map(([name = '', value = '']) => [name, value.replaceAll('"', "'")]);
  const line = (row: string[]): string => row.join(' = ');
  if (given.map(line).join() !== expected.map(line).join()) {
    faults.push(`its options are ${given.map(line).join(', ')}; the declaration says ${expected.map(line).join(', ')}`);
  }
  for (const [name, , meaning] of rows) if (!meaning) faults.push(`it does not say what ${name ?? ''} means`);
  return faults;
}

describe('the shelf', () => {
  it('holds one factory for every file in strategies/, and nothing else', () => {
    expect(shelf.map(({ id }) => id).sort()).toEqual([...ids].sort());
  });

  it('is exported by name, one factory each', () => {
    const exported = Object.values(everything).filter(isFactory);
    expect(new Set(exported)).toEqual(new Set(shelf));
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(everything.allStrategies)).toBe(true);
  });
});

describe.each(ids)('strategies/%s.ts', (id) => {
  const text = read(`strategies/${id}.ts`);
  const header = /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? '';

  it('exports exactly one factory, named as the file and with its id', async () => {
    const module = (await import(`../strategies/${id}.ts`)) as Record<string, unknown>;
    const factories = Object.entries(module).filter(([, value]) => isFactory(value));
    expect(factories.map(([name]) => name)).toEqual([camelCase(id)]);
    expect((factories[0]?.[1] as AnyStrategyFactory).id).toBe(id);
    expect(shelf).toContain(factories[0]?.[1]);
  });

  it('opens with a header that names its source', async () => {
    const module = (await import(`../strategies/${id}.ts`)) as Record<string, AnyStrategyFactory>;
    expect(header).toContain('@module');
    expect(header).toContain(module[camelCase(id)]?.source.url);
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

  it('has a page with the headings in order and the options of its declaration', async () => {
    const module = (await import(`../strategies/${id}.ts`)) as Record<string, AnyStrategyFactory>;
    expect(faultsOf(read(`docs/strategies/${id}.md`), id, module[camelCase(id)]?.fields ?? {})).toEqual([]);
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

  it('is called after what it is about, not utils or helpers', () => {
    expect(files.filter((file) => /\b(utils?|helpers?|misc|manager)\b/i.test(file))).toEqual([]);
  });
});

describe('the check of a page', () => {
  const fields = { maxNorm: { default: 1 }, ord: { default: 'inf' } } as unknown as Record<string, Field>;
  const page = (rows: string, headings = HEADINGS): string =>
    headings.map((title) => `## ${title}\n\n${title === 'Options' ? rows : 'made'}\n`).join('\n');
  const table =
    '| option | default | meaning |\n|---|---:|---|\n| `maxNorm` | `1` | longest |\n| `ord` | `"inf"` | p |\n';

  it('accepts a page that is right', () => {
    expect(faultsOf(page(table), 'made', fields)).toEqual([]);
    expect(faultsOf(page('There are none.'), 'made', {})).toEqual([]);
  });

  it.each([
    ['a heading that is missing', page(table, HEADINGS.slice(1))],
    ['headings in another order', page(table, [...HEADINGS].reverse())],
    ['an option that is missing', page(table.replace(/\| `ord.*\n/, ''))],
    ['another default', page(table.replace('`1`', '`2`'))],
    ['an option without a meaning', page(table.replace('longest', ''))],
    ['an option too many', page(`${table}| \`axes\` | \`null\` | axes |\n`)],
    ['other columns', page(table.replace('meaning', 'about'))],
  ])('finds %s', (_, wrong) => {
    expect(faultsOf(wrong, 'made', fields)).toHaveLength(1);
  });
});
