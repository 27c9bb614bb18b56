import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { chromiumPath, SOFTWARE_GRAPHICS } from '../browser/chromium.ts';

/** A set-up as the address holds it. */
export type Setup = Record<string, unknown> & { strategies: { id: string; options?: Record<string, unknown> }[] };

/** Small enough for two busy cores; unclipped it diverges like the page's own default. */
export const SMALL: Setup = {
  task: 'char-lm',
  cell: 'rnn',
  optimizer: 'sgd',
  learningRate: 10,
  seed: 1,
  steps: 20_000,
  settings: { units: 16, characters: 12, batch: 4 },
  backend: 'cpu',
  strategies: [{ id: 'none' }, { id: 'global-norm', options: { maxNorm: 0.25 } }],
};

/** The address part of a set-up. */
export function hashOf(setup: Setup): string {
  return `#${encodeURIComponent(JSON.stringify(setup))}`;
}

/** A page on show, and what it did that it should not. */
export interface Visit {
  readonly page: Page;
  /** Errors on the console, uncaught exceptions, refused by the content security policy, or asked of another host. */
  readonly offences: string[];
}

interface VisitOptions extends BrowserContextOptions {
  readonly hash?: string;
  /** Code that runs in the worker before its own. */
  readonly beforeWorker?: string;
}

/** Tests with a browser; skipped with the reason in the title where there is none. */
export function describeInBrowser(
  title: string,
  body: (visit: (options?: VisitOptions) => Promise<Visit>) => void,
): void {
  const address = inject('playground');
  if (address === undefined) {
    describe.skip(`${title}: no Chromium was found; install one, or name it in CHROMIUM_PATH`, () => {
      body(() => Promise.reject(new Error('no browser')));
    });
    return;
  }
  describe(title, () => {
    let browser: Browser;
    const visits: Visit[] = [];
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: SOFTWARE_GRAPHICS });
    });
    afterAll(() => browser.close());
    body(async ({ hash = '', beforeWorker, ...options } = {}) => {
      // One page at a time: those that train on take time from those that are looked at.
      for (const { page } of visits.splice(0)) await page.context().close();
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      const page = await context.newPage();
      const visit: Visit = { page, offences: [] };
      page.on('console', (message) => message.type() === 'error' && visit.offences.push(message.text()));
      page.on('pageerror', (error) => visit.offences.push(error.message));
      page.on('request', (request) => {
        if (!/^(data:|blob:)/.test(request.url()) && !request.url().startsWith(address))
          visit.offences.push(request.url());
      });
      if (beforeWorker !== undefined) {
        await page.route(/\/worker-.*\.js$/, async (route) => {
          const response = await route.fetch();
          await route.fulfill({ response, body: `${beforeWorker}\n${await response.text()}` });
        });
      }
      await page.goto(address + hash);
      visits.push(visit);
      return visit;
    });
  });
}

/** The card of a run, counted from 1. */
export function card(page: Page, run: number) {
  return page.locator('section.run').nth(run - 1);
}

/** The number of the step that a run has reached. */
export async function stepOf(page: Page, run: number): Promise<number> {
  const text = await card(page, run).locator('.figures dd').first().innerText();
  return text === '–' ? -1 : Number(text);
}

/** Waits until a run has reached a step. */
export async function reaches(page: Page, run: number, step: number, within = 60_000): Promise<void> {
  await expect.poll(() => stepOf(page, run), { timeout: within, interval: 150 }).toBeGreaterThanOrEqual(step);
}

/** Waits until a run says something. */
export async function says(page: Page, run: number, what: RegExp, within = 60_000): Promise<void> {
  await expect
    .poll(() => card(page, run).locator('.diagnosis').innerText(), { timeout: within, interval: 150 })
    .toMatch(what);
}

/** What the page has to say. */
export async function noticed(page: Page): Promise<string> {
  return page.locator('.notice').innerText();
}
