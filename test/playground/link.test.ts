// The address holds the set-up, and invalid addresses do no harm.
import { expect, it } from 'vitest';
import { card, describeInBrowser, hashOf, noticed, reaches, says, SMALL } from './visit.ts';

const HTML = '<img src=x onerror="window.injected=1"><script>window.injected=1</script>';
const SHORT = 'rnn/sgd/3/none/global-norm';

const HOSTILE: readonly (readonly [what: string, hash: string, says: RegExp])[] = [
  ['HTML', `#${encodeURIComponent(HTML)}`, /must be one of|must be a number/],
  ['HTML for a task', hashOf({ ...SMALL, task: encodeURIComponent(HTML) }), /task must be one of char-lm|setting/],
  ['HTML for a strategy', `#rnn/sgd/3/none/${encodeURIComponent(HTML)}`, /a strategy must be one of/],
  ['HTML for the name of an option', `#rnn/sgd/3/none/none:${encodeURIComponent(HTML)}=1`, /none has no options/],
  [
    'HTML for the name of a setting',
    `#${SHORT}?${encodeURIComponent(HTML)}=1`,
    /a setting that the task does not have/,
  ],
  [
    'a prototype among options',
    '#rnn/sgd/3/none/global-norm:__proto__=1',
    /global-norm has only the options maxNorm, /,
  ],
  [
    'a constructor among options',
    '#rnn/sgd/3/none/global-norm:constructor=1',
    /global-norm has only the options maxNorm, /,
  ],
  ['options of an unknown strategy', '#rnn/sgd/3/clip-all:maxNorm=1', /a strategy must be one of/],
  ['a prototype among settings', `#${SHORT}?__proto__=1`, /a setting that the task does not have/],
  ['an unknown setting', `#${SHORT}?more=1`, /a setting that the task does not have/],
  ['too much', `#${'%7B'.repeat(5000)}`, /it is longer than 2000 characters/],
  ['many slashes', `#${'/'.repeat(1900)}`, /must be/],
  ['half an escape', '#%7', /it has a broken escape/],
  ['a number', '#7', /must be/],
  ['a word for a rate', '#rnn/sgd/three/none/global-norm', /learningRate must be a number/],
  ['a rate below zero', '#rnn/sgd/-1/none/global-norm', /learningRate must be a number from 0.000001 to 100/],
  ['more steps than there may be', `#${SHORT}?steps=1e9`, /steps must be a whole number from 1 to 20000/],
  ['more units than there may be', `#${SHORT}?units=1e9`, /units must be a whole number from 2 to 128/],
  ['a word for units', `#${SHORT}?units=many`, /a setting must be a whole number/],
  ['a hundred runs', `#rnn/sgd/3${'/none'.repeat(100)}`, /at most 4 strategies/],
  ['no run', '#rnn/sgd/3', /at least one strategy/],
  [
    'an option out of range',
    '#rnn/sgd/3/none/global-norm:maxNorm=-1',
    /maxNorm of global-norm must be a number from 0 to Infinity/,
  ],
];

describeInBrowser('the link', (visit) => {
  it('carries the whole set-up to another page', async () => {
    const { page } = await visit({ hash: hashOf(SMALL) });
    await page.locator('.setup summary').click();
    await page.getByLabel('Optimizer').selectOption('momentum');
    await page.getByLabel('Learning rate').fill('0.05');
    await page.getByLabel('Hidden units').fill('12');
    await page.getByLabel('Hidden units').blur();
    await page.getByRole('button', { name: 'Add a run' }).click();
    await card(page, 3).locator('summary').click();
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
    expect(await card(again.page, 3).locator('output').first().textContent()).toBe(shown);
    expect(await again.page.locator('.notice').count()).toBe(0);
    expect(again.offences).toEqual([]);
  });

  it('reproduces the same numbers after it is copied', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const { page } = await visit({ hash: hashOf({ ...SMALL, steps: 20 }), permissions });
    await says(page, 2, /^finished/);
    await page.getByRole('button', { name: 'Copy link' }).click();
    await expect.poll(() => page.locator('.copied').innerText()).toBe('Copied the link.');
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const figures = await card(page, 2).locator('.figures').innerText();
    const again = await visit({ hash: new URL(link).hash });
    await says(again.page, 2, /^finished/);
    expect(await card(again.page, 2).locator('.figures').innerText()).toBe(figures);
  });

  it('is short, and leaves out what equals the default', async () => {
    const { page } = await visit({ hash: '#rnn/sgd/3/none/global-norm:maxNorm=0.25,ord=2?backend=cpu' });
    await reaches(page, 2, 1);
    await page.locator('.setup summary').click();
    await page.getByLabel('Seed').fill('2');
    await page.getByLabel('Seed').blur();
    await expect
      .poll(() => new URL(page.url()).hash)
      .toBe('#rnn/sgd/3/none/global-norm:maxNorm=0.25?seed=2&backend=cpu');
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
      .toMatch(/`per-value` takes either `maxAbs`, or both `min` and `max`; received `maxAbs`, `min`, `max`/);
    await reaches(page, 2, 2);
    expect(await card(page, 2).getByLabel('Strategy', { exact: true }).inputValue()).toBe('global-norm');
  });
});
