// Everything in full. What is measured goes to test/reliability/figures; `npm run reliability:docs` makes the page from it.
import { describe, it } from 'vitest';
import { FULL } from '../../reliability/counts.ts';
import { measured } from '../../reliability/figures.ts';
import { ofTheLab, ofTheLibrary } from '../../reliability/subjects.ts';

const AN_HOUR = 3_600_000;

describe('whatever happens', { timeout: AN_HOUR }, () => {
  for (const { name, title, run } of [...ofTheLibrary, ...ofTheLab]) {
    it(`${name}: ${title}`, () => measured(name, () => run(FULL)));
  }
});
