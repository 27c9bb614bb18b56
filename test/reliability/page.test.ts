// The figures come from full runs. What is said about them changes more often: npm run reliability:docs.
import { expect, it } from 'vitest';
import { pageNow } from './page.ts';

it('docs/reliability.md says what was measured', async () => {
  await expect(await pageNow()).toMatchFileSnapshot('../../docs/reliability.md');
});
