// In passing; in full it takes minutes: npm run test:slow -- test/reliability
import { describe, it } from 'vitest';
import { QUICK } from './counts.ts';
import { ofTheLibrary } from './subjects.ts';

describe('whatever happens', { timeout: 180_000 }, () => {
  for (const { name, title, run } of ofTheLibrary) {
    it(`${name}: ${title}`, async () => {
      await run(QUICK);
    });
  }
});
