// A report runs only its own script, whatever the records contain.
import { expect, it } from 'vitest';
import { chart, describeReport, pageOf, said, switches, tipIn } from './page.ts';
import { comparison } from './runs.ts';

const HOSTILE = `</script></style><script>window.injected=1</script>"'&<img src=x onerror="window.injected=1"><!--<script>`;

describeReport('a report', (show) => {
  it('shows hostile names verbatim in charts, legends and tips, and never runs them', async () => {
    const runs = comparison().map((run) => {
      const { strategy } = run.start.config;
      const own = strategy.id === 'none' ? strategy : { id: `${HOSTILE}${strategy.id}`, options: { layers: HOSTILE } };
      const config = { ...run.start.config, strategy: own, cell: HOSTILE, task: HOSTILE, data: HOSTILE };
      const metric = { ...run.start.metric, name: HOSTILE };
      return { ...run, start: { ...run.start, config, metric, loss: HOSTILE } };
    });
    const words = { question: HOSTILE, budget: HOSTILE, command: HOSTILE };
    const { page, offences } = await show(runs, words);
    expect(await page.locator('h1').innerText()).toBe(HOSTILE);
    const own = chart(page, `${HOSTILE}: loss by step at rate 3`);
    await own.focus();
    for (const key of ['ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
    expect((await tipIn(own))[0]).toContain('strategy </script></style><scr');
    expect(await said(page)).toContain(`strategy ${HOSTILE}global-norm, step 0`);
    await switches(page, `${HOSTILE}global-norm`).first().click();
    expect(await said(page)).toBe(`${HOSTILE}global-norm is hidden in all charts.`);
    expect(await page.evaluate(() => 'injected' in window)).toBe(false);
    expect(await page.locator('img').count()).toBe(0);
    expect(offences).toEqual([]);
  });

  it('has a content security policy that blocks other scripts and all addresses', async () => {
    const { page, offences } = await show(comparison());
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.injected=1';
      document.body.append(script);
      const image = document.createElement('img');
      image.src = 'https://example.org/';
      document.body.append(image);
    });
    await page.waitForTimeout(100);
    expect(await page.evaluate(() => 'injected' in window)).toBe(false);
    expect(offences.filter((one) => one.includes('Content Security Policy'))).toHaveLength(2);
  });

  it('contains the whole script and stays under 600 kB', () => {
    const page = pageOf(comparison());
    console.log(`a report of ${comparison().length} runs: ${page.length} bytes`);
    expect(page.length).toBeLessThan(600_000);
    expect(page).toContain('Copyright 2020-2025 Observable, Inc.');
    // The script must not contain anything that closes its own element.
    expect(page.match(/<\/script/gi)).toHaveLength(page.match(/<script(>| type)/gi)!.length);
    expect(page).not.toContain('<!--');
  });
});
