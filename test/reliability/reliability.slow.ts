// Everything in full. What is measured goes to test/reliability/figures; `npm run reliability:docs` makes the page from it.
import { describe, it } from 'vitest';
import { FULL } from './counts.ts';
import { measured } from './figures.ts';
import { ofTheLab, ofTheLibrary } from './subjects.ts';

const AN_HOUR = 3_600_000;

describe('whatever happens', { timeout: AN_HOUR }, () => {
  for (const { name, title, run } of [...ofTheLibrary, ...ofTheLab]) {
    it(`${name}: ${title}`, () => measured(name, () => run(FULL)));
  }
});
