// The built site: its pages are in the order of docs/contents.json, and every link works.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, inject, it } from 'vitest';
import { linksOf } from '../../docs/links.ts';
import { contents, isThere, pagesOf } from '../../docs/pages.ts';

interface Entry {
  readonly text: string;
  readonly path?: string;
  readonly children?: readonly Entry[];
}

const { folder } = inject('site');
const textIn = (path: string): string => readFileSync(join(folder, path), 'utf8');
const [, packed = ''] = /"(.+)"/.exec(textIn('assets/navigation.js')) ?? [];
const navigation = JSON.parse(inflateSync(Buffer.from(packed, 'base64')).toString()) as Entry[];

/** Sections whose pages are found from others, not from the navigation. */
const OFF_NAVIGATION = ['Contributing'];
const sections = Object.keys(contents).filter((section) => !OFF_NAVIGATION.includes(section));

/** Returns the path of a file's page in the site. */
const addressOf = (file: string): string =>
  file
    .replace(/^docs\//, '')
    .toLowerCase()
    .replace(/\.md$/, '.html');

/** The entries between the heading of a section and the next heading. */
function entriesOf(section: string): readonly Entry[] {
  const start = navigation.findIndex(({ text, path }) => text === section && path === undefined) + 1;
  const length = navigation.slice(start).findIndex(({ path }) => path === undefined);
  return navigation.slice(start, length < 0 ? undefined : start + length);
}

describe('the navigation', () => {
  it('has one level, with the sections in order as headings', () => {
    expect(navigation.filter(({ path }) => path === undefined).map(({ text }) => text)).toEqual(sections);
    expect(navigation.filter(({ children }) => children !== undefined)).toEqual([]);
  });

  it.each(sections.filter((section) => section !== 'Reference'))(
    'has each page of %s once, in reading order, at the address of its file',
    (section) => {
      expect(entriesOf(section).map(({ path }) => path)).toEqual(pagesOf(section).filter(isThere).map(addressOf));
    },
  );

  it('has the entry points in the reference', () => {
    expect(entriesOf('Reference').map(({ text }) => text)).toEqual([
      'gradclip',
      'gradclip/strategies',
      'gradclip/define',
      'gradclip/container',
      'gradclip/layers',
      'gradclip/recurrent',
      'gradclip/wasm',
      'gradclip/testing',
    ]);
  });

  it.each(OFF_NAVIGATION.flatMap(pagesOf))('leaves out %s, which is in the site', (file) => {
    expect(existsSync(join(folder, addressOf(file)))).toBe(true);
    expect(navigation.map(({ path }) => path)).not.toContain(addressOf(file));
  });
});

it('has no page of classes that inherit from each other, since none do', () => {
  expect(existsSync(join(folder, 'hierarchy.html'))).toBe(false);
});

it('keeps the code of headings in their list and in their anchors', () => {
  const page = textIn('strategies/global-norm.html');
  expect(page).toContain('<a href="#global-norm-clip-by-global-norm"><span>');
  expect(page).toMatch(/<h1 id="global-norm-clip-by-global-norm"[^>]*><code>global-norm<\/code>: clip by global norm/);
});

it.each([
  ['functions/gradclip.clipOptimizer.html', ['onNonFinite', 'maxConsecutiveNonFinite', 'warnings', 'window', 'onStep']],
  ['functions/gradclip_recurrent.clipBackprop.html', ['maxNorm']],
])('%s has the options that the function takes', (path, options) => {
  for (const option of options) expect(textIn(path)).toContain(`<span class="tsd-kind-property">${option}</span>`);
});

describe('the page of a strategy in the reference', () => {
  it.each([
    ['zClip', 'z-clip', 'ĝ = g · c / ‖g‖₂', 'relativeFloor'],
    ['none', 'none', 'ĝ = g', 'Cauchy (1847)'],
  ])('of %s has formula, options, source and the way to its guide', (factory, id, formula, more) => {
    const page = textIn(`variables/gradclip_strategies.${factory}.html`);
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
