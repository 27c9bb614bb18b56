import type { Page } from 'playwright';
import { expect, inject } from 'vitest';
import { describeWithBrowser, type Visit, type VisitOptions } from '../system/browser/visit.ts';

/** A set-up in the form of the address. */
export type Setup = Record<string, unknown> & { strategies: { id: string; options?: Record<string, unknown> }[] };

/** Small enough for two busy cores; it diverges without clipping, like the default of the page. */
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

/** Returns the address fragment of a set-up, with every setting in it. */
export function hashOf({ task, cell, optimizer, learningRate, strategies, settings, ...rest }: Setup): string {
  const specs = strategies.map(({ id, options }) => {
    const list = Object.entries(options ?? {}).map(([name, value]) => `${name}=${String(value)}`);
    return list.length === 0 ? id : `${id}:${list.join(',')}`;
  });
  const query = Object.entries({ task, ...(settings as object), ...rest }).map(
    ([name, value]) => `${name}=${String(value)}`,
  );
  return `#${[cell, optimizer, learningRate, ...specs].join('/')}?${query.join('&')}`;
}

interface PlaygroundOptions extends Omit<VisitOptions, 'before'> {
  readonly hash?: string;
  /** Code that runs in the worker before its own. */
  readonly beforeWorker?: string;
}

/** Defines tests with a browser; without Chromium they are skipped and the title says why. */
export function describeInBrowser(
  title: string,
  body: (visit: (options?: PlaygroundOptions) => Promise<Visit>) => void,
): void {
  const address = inject('playground') ?? '';
  describeWithBrowser(title, (open) => {
    body(({ hash = '', beforeWorker, ...options } = {}) =>
      open(`${address}${hash}`, {
        ...options,
        before: async (page) => {
          if (beforeWorker === undefined) return;
          await page.route(/\/worker-.*\.js$/, async (route) => {
            const response = await route.fetch();
            await route.fulfill({ response, body: `${beforeWorker}\n${await response.text()}` });
          });
        },
      }),
    );
  });
}

/** Returns the card of a run, counted from 1. */
export function card(page: Page, run: number) {
  return page.locator('section.run').nth(run - 1);
}

/** Returns the current step of a run. */
export async function stepOf(page: Page, run: number): Promise<number> {
  const text = await card(page, run).locator('.figures dd').first().innerText();
  return text === '–' ? -1 : Number(text);
}

/** Waits until a run has reached a step. */
export async function reaches(page: Page, run: number, step: number, within = 60_000): Promise<void> {
  await expect.poll(() => stepOf(page, run), { timeout: within, interval: 150 }).toBeGreaterThanOrEqual(step);
}

/** Waits until the card of a run shows a verdict. */
export async function says(page: Page, run: number, what: RegExp, within = 60_000): Promise<void> {
  await expect
    .poll(() => card(page, run).locator('.verdict').innerText(), { timeout: within, interval: 150 })
    .toMatch(what);
}

/** Returns the sentence over the page. */
export async function sentenceOn(page: Page): Promise<string> {
  return page.locator('.sentence').innerText();
}

/** Returns the processor time of tasks in milliseconds, by thread; it does not depend on other load of the machine. */
export async function timeTasks(page: Page, act: () => Promise<void>): Promise<{ main: number[]; workers: number[] }> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', '__metadata'] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const tasksOf = (thread: RegExp): number[] => {
    const threads = traceEvents.filter(({ name, args }) => name === 'thread_name' && thread.test(args?.name ?? ''));
    return traceEvents
      .filter(
        ({ name, pid, tid }) => name.endsWith('RunTask') && threads.some((one) => one.pid === pid && one.tid === tid),
      )
      .flatMap(({ tdur }) => (tdur === undefined ? [] : [tdur / 1000]));
  };
  return { main: tasksOf(/^CrRendererMain$/), workers: tasksOf(/DedicatedWorker/) };
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Processor time in microseconds. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Returns the messages of the page. */
export async function noticed(page: Page): Promise<string> {
  return page.locator('.notice').innerText();
}
