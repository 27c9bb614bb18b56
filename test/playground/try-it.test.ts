// The page of each strategy has a link "Try it in the playground", which shows within 50 steps what the strategy does.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { card, describeInBrowser, reaches, says } from './visit.ts';

const folder = new URL('../../docs/strategies/', import.meta.url);
const links = readdirSync(folder).map((file) => {
  const page = readFileSync(new URL(file, folder), 'utf8');
  return [file.replace(/\.md$/, ''), /<!-- playground: (\S+) -->/.exec(page)?.[1] ?? ''] as const;
});

describeInBrowser('“Try it in the playground”', (visit) => {
  it.each(links.filter(([id]) => id !== 'none'))(
    'of %s opens a run that beats the same run without clipping',
    async (id, link) => {
      const { page, offences } = await visit({ hash: `#${link}` });
      await reaches(page, 2, 50, 150_000);
      await page.getByRole('button', { name: 'Pause' }).click();
      expect(await card(page, 1).locator('h2').innerText()).toBe('no clipping');
      expect(await card(page, 2).getByLabel('Strategy', { exact: true }).inputValue()).toBe(id);
      const [unclipped, clipped] = await page.locator('.run').evaluateAll((runs) =>
        runs.map((run) => ({
          loss: Number(run.querySelectorAll('dd')[1]!.textContent),
          ended: /exploded|diverged/.test(run.querySelector('.verdict')!.textContent),
        })),
      );
      console.log(
        `${id}: ${unclipped!.ended ? 'exploded' : unclipped!.loss} without clipping, ${clipped!.loss} with it`,
      );
      expect(clipped!.ended).toBe(false);
      if (!unclipped!.ended) expect(unclipped!.loss).toBeGreaterThan(1.1 * clipped!.loss);
      expect(await page.locator('.notice').count()).toBe(0);
      expect(offences).toEqual([]);
    },
  );

  it('of none opens the run without clipping alone', async () => {
    const { page } = await visit({ hash: `#${new Map(links).get('none')}` });
    await says(page, 1, /^exploded/);
    expect(await page.locator('.run').count()).toBe(1);
  });
});
