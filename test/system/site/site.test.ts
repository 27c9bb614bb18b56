// The built site: its pages are in the order of docs/contents.json, and every link works.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, inject, it } from 'vitest';
import { linksOf } from '../../docs/links.ts';
import { contents, inOrder, isThere, pagesOf } from '../../docs/pages.ts';

interface Entry {
  readonly text: string;
  readonly path?: string;
  readonly children?: readonly Entry[];
}

const { folder } = inject('site');
const [, packed = ''] = /"(.+)"/.exec(readFileSync(join(folder, 'assets/navigation.js'), 'utf8')) ?? [];
const navigation = JSON.parse(inflateSync(Buffer.from(packed, 'base64')).toString()) as Entry[];

/** Returns the path of a file's page in the site. */
const addressOf = (file: string): string =>
  file
    .replace(/^docs\//, '')
    .toLowerCase()
    .replace(/\.md$/, '.html');

function everyEntry(entries: readonly Entry[]): Entry[] {
  return entries.flatMap((entry) => [entry, ...everyEntry(entry.children ?? [])]);
}

describe('the navigation', () => {
  it('has the sections in order', () => {
    expect(navigation.map(({ text }) => text)).toEqual(Object.keys(contents));
  });

  it.each(Object.keys(contents).filter((section) => section !== 'Reference'))(
    'has each page of %s once, in reading order, at the address of its file',
    (section) => {
      const { children = [] } = navigation.find(({ text }) => text === section) ?? {};
      expect(children.map(({ path }) => path)).toEqual(pagesOf(section).filter(isThere).map(addressOf));
    },
  );

  it('has the entry points in the reference, and each symbol under a category', () => {
    const { children = [] } = navigation.find(({ text }) => text === 'Reference') ?? {};
    expect(children.map(({ text }) => text)).toEqual([
      'gradclip',
      'gradclip/strategies',
      'gradclip/define',
      'gradclip/container',
      'gradclip/layers',
      'gradclip/recurrent',
      'gradclip/wasm',
      'gradclip/testing',
    ]);
    expect(everyEntry(children).filter(({ text }) => text === 'Other')).toEqual([]);
    expect(everyEntry(children).length).toBeGreaterThan(150);
  });

  it('has exactly these pages', () => {
    const paths = everyEntry(navigation).flatMap(({ path }) => path ?? []);
    expect(new Set(paths).size).toBe(paths.length);
    const isOfReference = /^(modules|classes|interfaces|types|functions|variables)\//;
    expect(paths.filter((path) => !isOfReference.test(path))).toEqual(inOrder.filter(isThere).map(addressOf));
  });
});

describe('the page of a strategy in the reference', () => {
  it.each([
    ['zClip', 'z-clip', 'ĝ = g · c / ‖g‖₂', 'relativeFloor'],
    ['none', 'none', 'ĝ = g', 'Cauchy (1847)'],
  ])('of %s has formula, options, source and the way to its guide', (factory, id, formula, more) => {
    const page = readFileSync(join(folder, `variables/gradclip_strategies.${factory}.html`), 'utf8');
    expect(page).toContain(formula);
    expect(page).toContain(more);
    expect(page).toContain('Source: ');
    expect(page).toContain(`href="../strategies/${id}.html"`);
  });
});

it('every link leads to an existing page and anchor', async () => {
  const { followed, broken } = await linksOf({ site: folder });
  expect(followed).toBeGreaterThan(250);
  expect(broken).toEqual([]);
});
