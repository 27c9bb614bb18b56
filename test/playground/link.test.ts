// The address holds the set-up, and invalid addresses do no harm.
import { expect, it } from 'vitest';
import { card, describeInBrowser, hashOf, noticed, reaches, says, SMALL } from './visit.ts';

const encoded = (value: unknown): string =>
  `#${encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value))}`;
const HTML = '<img src=x onerror="window.injected=1"><script>window.injected=1</script>';

const HOSTILE: readonly (readonly [what: string, hash: string, says: RegExp])[] = [
  ['HTML', encoded(HTML), /it is no JSON/],
  ['HTML for a task', encoded({ ...SMALL, task: HTML }), /task must be one of char-lm/],
  [
    'HTML for a strategy',
    encoded({ ...SMALL, strategies: [{ id: HTML }, { id: 'none' }] }),
    /a strategy must be one of/,
  ],
  [
    'HTML for the name of an option',
    encoded({ ...SMALL, strategies: [{ id: 'none', options: { [HTML]: 1 } }, { id: 'none' }] }),
    /none has no option of this name/,
  ],
  [
    'HTML for the name of a setting',
    encoded({ ...SMALL, settings: { [HTML]: 1 } }),
    /char-lm has no setting of this name/,
  ],
  ['a prototype', encoded('{"__proto__":{"injected":1},"task":"char-lm"}'), /it names a part of JavaScript/],
  [
    'a prototype among options',
    encoded(JSON.stringify(SMALL).replace('{"maxNorm":0.25}', '{"__proto__":{"injected":1},"constructor":1}')),
    /it names a part of JavaScript/,
  ],
  [
    'a prototype among settings',
    encoded(JSON.stringify(SMALL).replace('"units":16', '"__proto__":{"injected":1}')),
    /it names a part of JavaScript/,
  ],
  ['another member', encoded({ ...SMALL, more: 1 }), /“more” is missing, unknown/],
  ['too much', `#${'%7B'.repeat(5000)}`, /it is longer than 8000 characters/],
  ['depth', encoded('['.repeat(2000)), /it is no JSON/],
  ['half an escape', '#%7', /it is no JSON/],
  ['a number', encoded('7'), /wrong kind/],
  ['null', encoded('null'), /wrong kind/],
  ['a list', encoded('[]'), /wrong kind/],
  ['a word for a rate', encoded({ ...SMALL, learningRate: '3' }), /learningRate must be a number/],
  ['more steps than there may be', encoded({ ...SMALL, steps: 1e9 }), /steps must be a whole number from 1 to 20000/],
  [
    'more units than there may be',
    encoded({ ...SMALL, settings: { units: 1e9 } }),
    /units must be a whole number from 2 to 128/,
  ],
  ['a hundred runs', encoded({ ...SMALL, strategies: Array(100).fill({ id: 'none' }) }), /at most 4 runs/],
  ['a single run', encoded({ ...SMALL, strategies: [{ id: 'none' }] }), /at least 2 runs/],
  [
    'an option out of range',
    encoded({ ...SMALL, strategies: [{ id: 'none' }, { id: 'global-norm', options: { maxNorm: -1 } }] }),
    /maxNorm of global-norm must be a number from 0 to Infinity/,
  ],
];

describeInBrowser('the link', (visit) => {
  it('carries the whole set-up to another page', async () => {
    const { page } = await visit({ hash: hashOf(SMALL) });
    await page.getByLabel('Optimizer').selectOption('momentum');
    await page.getByLabel('Learning rate').fill('0.05');
    await page.getByLabel('Hidden units').fill('12');
    await page.getByLabel('Hidden units').blur();
    await page.getByRole('button', { name: 'Add a run' }).click();
    await card(page, 3).getByLabel('Strategy', { exact: true }).selectOption('per-value');
    await card(page, 3).getByLabel('maxAbs', { exact: true }).focus();
    await page.keyboard.press('ArrowRight');
    const shown = await card(page, 3).locator('output').first().innerText();
    await page.waitForTimeout(500);
    const hash = new URL(page.url()).hash;

    const again = await visit({ hash });
    await reaches(again.page, 3, 2);
    expect(await again.page.getByLabel('Optimizer').inputValue()).toBe('momentum');
    expect(await again.page.getByLabel('Learning rate').inputValue()).toBe('0.05');
    expect(await again.page.getByLabel('Hidden units').inputValue()).toBe('12');
    expect(await card(again.page, 3).getByLabel('Strategy', { exact: true }).inputValue()).toBe('per-value');
    expect(await card(again.page, 3).locator('output').first().innerText()).toBe(shown);
    expect(await again.page.locator('.notice').count()).toBe(0);
    expect(again.offences).toEqual([]);
  });

  it('reproduces the same numbers after it is copied', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const { page } = await visit({ hash: hashOf({ ...SMALL, steps: 20 }), permissions });
    await says(page, 2, /^Finished/);
    await page.getByRole('button', { name: 'Copy link' }).click();
    await expect.poll(() => page.locator('footer [role=status]').innerText()).toBe('Copied the link.');
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const figures = await card(page, 2).locator('.figures').innerText();
    const again = await visit({ hash: new URL(link).hash });
    await says(again.page, 2, /^Finished/);
    expect(await card(again.page, 2).locator('.figures').innerText()).toBe(figures);
  });

  it.each(HOSTILE)(
    'that holds %s gives the default and a message, and injects nothing',
    async (_what, hash, message) => {
      const { page, offences } = await visit({ hash });
      expect(await noticed(page)).toMatch(message);
      expect(await noticed(page)).toMatch(
        /^This link does not hold a set-up: .{3,300}\. Here is the default instead\.$/,
      );
      expect(await page.getByLabel('Learning rate').inputValue()).toBe('3');
      expect(await card(page, 2).getByLabel('Strategy', { exact: true }).inputValue()).toBe('global-norm');
      const harm = await page.evaluate(() => ({
        global: 'injected' in window,
        prototype: 'injected' in {},
        markup: document.querySelectorAll('img, main script, iframe').length,
      }));
      expect(harm).toEqual({ global: false, prototype: false, markup: 0 });
      expect(offences).toEqual([]);
    },
  );

  it('shows the strategy’s own error when its options contradict each other', async () => {
    const strategies = [{ id: 'none' }, { id: 'per-value', options: { maxAbs: 1, min: -1, max: 1 } }];
    const { page } = await visit({ hash: hashOf({ ...SMALL, strategies }) });
    await expect
      .poll(() => noticed(page))
      .toMatch(/`per-value` takes either `maxAbs` or `min` and `max`; received both/);
    await reaches(page, 2, 2);
    expect(await card(page, 2).getByLabel('Strategy', { exact: true }).inputValue()).toBe('global-norm');
  });
});
