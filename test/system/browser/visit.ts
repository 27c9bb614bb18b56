import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright';
import { afterAll, beforeAll, describe } from 'vitest';
import { chromiumPath, SOFTWARE_GRAPHICS } from './chromium.ts';

/** A page on show, and what it did that it should not. */
export interface Visit {
  readonly page: Page;
  /** Errors on the console, uncaught exceptions, refused by the content security policy or by the server, or asked of another place. */
  readonly offences: string[];
}

/** What people look at a page on: width, height and colour scheme. */
export const SCREENS = [
  [1280, 800, 'light'],
  [1280, 800, 'dark'],
  [390, 844, 'light'],
  [390, 844, 'dark'],
] as const;

/** How a page is visited. */
export interface VisitOptions extends BrowserContextOptions {
  /** The beginning of the addresses that the page may ask for; unless given, its own address. */
  readonly home?: string;
  /** What is done with the page before it is loaded. */
  readonly before?: (page: Page) => Promise<void>;
}

/** Opens a page in a browser window of its own, and closes the one before. */
export type Open = (address: string, options?: VisitOptions) => Promise<Visit>;

/** Tests with a browser of their own; skipped with the reason in the title where there is none. */
export function describeWithBrowser(title: string, body: (open: Open) => void): void {
  const executablePath = chromiumPath();
  if (executablePath === undefined) {
    describe.skip(`${title}: no Chromium was found; install one, or name it in CHROMIUM_PATH`, () => {
      body(() => Promise.reject(new Error('no browser')));
    });
    return;
  }
  describe(title, () => {
    let browser: Browser;
    const visits: Visit[] = [];
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: SOFTWARE_GRAPHICS });
    });
    afterAll(() => browser.close());
    body(async (address, { before, home = address.split('#')[0] ?? '', ...options } = {}) => {
      // One page at a time: those that go on working take time from those that are looked at.
      for (const { page } of visits.splice(0)) await page.context().close();
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      const page = await context.newPage();
      const visit: Visit = { page, offences: [] };
      page.on('console', (message) => message.type() === 'error' && visit.offences.push(message.text()));
      page.on('pageerror', (error) => visit.offences.push(error.message));
      page.on('response', (response) => {
        if (response.status() >= 400) visit.offences.push(`${response.url()}: ${response.status()}`);
      });
      page.on('request', (request) => {
        const url = request.url();
        if (!/^(data:|blob:)/.test(url) && !url.startsWith(home)) visit.offences.push(url);
      });
      await before?.(page);
      await page.goto(address);
      visits.push(visit);
      return visit;
    });
  });
}
