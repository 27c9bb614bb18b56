import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright';
import { afterAll, beforeAll, describe } from 'vitest';
import { chromiumPath, SOFTWARE_GRAPHICS } from './chromium.ts';

/** An open page and its problems. */
export interface Visit {
  readonly page: Page;
  /** Console errors, uncaught exceptions, requests blocked by the policy, failed requests and requests to other hosts. */
  readonly offences: string[];
}

/** The window sizes and colour schemes that pages are tested with. */
export const SCREENS = [
  [1280, 800, 'light'],
  [1280, 800, 'dark'],
  [390, 844, 'light'],
  [390, 844, 'dark'],
] as const;

/** Options of a visit. */
export interface VisitOptions extends BrowserContextOptions {
  /** The prefix of the addresses that the page may request; by default its own address. */
  readonly home?: string;
  /** Runs before the page loads. */
  readonly before?: (page: Page) => Promise<void>;
}

/** Opens a page in a new window and closes the previous one. */
export type Open = (address: string, options?: VisitOptions) => Promise<Visit>;

/** Defines tests with their own browser; without Chromium they are skipped and the title says why. */
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
      // One page at a time, because pages in the background would slow down the one under test.
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
