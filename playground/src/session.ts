/**
 * What the page knows: the set-up, and what the runs have done so far.
 *
 * @module
 */

import { batch, signal } from '@preact/signals';
import type { Backend } from './backend-names.ts';
import type { News, Options, Request } from './protocol.ts';
import { hearOf, newRun, type RunView } from './run-view.ts';
import { DEFAULT_SETUP, hashOf, problemWith, setupFrom, type Setup } from './setup.ts';

/** Whether the worker trains. */
export type Motion = 'starting' | 'training' | 'paused' | 'finished' | 'failed';

const read = setupFrom(location.hash);

/** The set-up on show. */
export const setup = signal<Setup>(read.setup);
/** Text pasted by the user in place of the book. */
export const ownText = signal<string | undefined>(undefined);
/** The runs, in the order of the strategies. */
export const runs = signal<readonly RunView[]>([]);
/** What the page has to say: a broken link, a set-up that cannot be trained, a lost context. */
export const notice = signal<string | undefined>(read.problem);
/** The backend in use, and why. */
export const backend = signal<{ name: string; reason: string } | undefined>(undefined);
/** Steps per second, all runs together taking one. */
export const rate = signal(0);
/** What the worker is doing. */
export const motion = signal<Motion>('starting');

let worker: Worker | undefined;
// The last set-up that could be trained, to go back to.
let trained = DEFAULT_SETUP;
const lost = new Set<Backend>();

function ask(request: Request): void {
  worker?.postMessage(request);
}

/** Trains the set-up from the beginning. */
export function restart(paused = false): void {
  // A worker that hangs in a long step, or whose graphics context is lost, does not hold up the next.
  worker?.terminate();
  const mine = (worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
  // However fast the worker is, the page draws once a frame.
  let waiting: News[] = [];
  const heard = (news: News): void => {
    waiting.push(news);
    if (waiting.length > 1) return;
    requestAnimationFrame(() => {
      const all = waiting;
      waiting = [];
      batch(() => {
        for (const one of all) if (mine === worker) hear(one);
      });
    });
  };
  mine.onmessage = ({ data }: MessageEvent<News>) => heard(data);
  mine.onerror = (event) => {
    event.preventDefault();
    heard({ type: 'failed', message: event.message || 'The worker could not be started.' });
  };
  batch(() => {
    runs.value = setup.value.strategies.map(newRun);
    backend.value = undefined;
    rate.value = 0;
    motion.value = paused ? 'paused' : 'starting';
  });
  const text = ownText.value;
  ask({ type: 'start', setup: setup.value, paused, without: [...lost], ...(text === undefined ? {} : { text }) });
}

/** Takes up a changed set-up and trains it, unless something is wrong with it, which is then said. */
export function apply(changed: Partial<Setup>): void {
  const next = { ...setup.value, ...changed };
  notice.value = problemWith(next);
  if (notice.value !== undefined) return;
  // Whoever chooses a backend again wants it tried again.
  if (changed.backend !== undefined) lost.clear();
  show(next);
  restart(motion.value === 'paused');
}

/** Trains on a text of the user's own, or with undefined on the book again. */
export function takeText(text: string | undefined): void {
  ownText.value = text;
  notice.value = undefined;
  restart(motion.value === 'paused');
}

/** Changes the options of one run's strategy while it trains. */
export function retune(run: number, options: Options): void {
  const strategies = setup.value.strategies.map((spec, place) => (place === run ? { ...spec, options } : spec));
  const next = { ...setup.value, strategies };
  notice.value = problemWith(next);
  if (notice.value !== undefined) return;
  show(next);
  const view = runs.value[run];
  // Shown at once; the worker answers between two steps, and with the old options if it refuses the new ones.
  if (view !== undefined) view.options.value = { ...view.options.value, ...options };
  ask({ type: 'retune', run, options });
}

/** Stops between two steps. */
export function pause(): void {
  motion.value = 'paused';
  ask({ type: 'pause' });
}

/** Goes on. */
export function resume(): void {
  motion.value = 'training';
  ask({ type: 'resume' });
}

/** Takes one step of each run, then stops. */
export function step(): void {
  motion.value = 'paused';
  ask({ type: 'step' });
}

function hear(news: News): void {
  switch (news.type) {
    case 'backend':
      backend.value = news;
      trained = setup.value;
      if (motion.value === 'starting') motion.value = 'training';
      return;
    case 'lost':
      lost.add(news.name);
      restart();
      notice.value = `The browser took the ${news.name} context away, and the networks with it. Training has begun again without ${news.name}.`;
      return;
    case 'refused':
      refuse(news.message);
      return;
    case 'failed':
      motion.value = 'failed';
      notice.value = news.message;
      return;
    case 'rate':
      rate.value = news.stepsPerSecond;
      return;
    case 'records':
    case 'options':
    case 'steps':
    case 'sample':
    case 'flow':
    case 'end': {
      const run = runs.value[news.run];
      if (run !== undefined) hearOf(run, news);
      if (news.type === 'options') trained = setup.value;
      if (runs.value.every(({ end }) => end.value !== undefined)) motion.value = 'finished';
    }
  }
}

// What cannot be trained is said, and what was trained before comes back.
function refuse(why: string): void {
  if (ownText.value !== undefined) {
    takeText(undefined);
    notice.value = `Your text was not taken: ${why} Training goes on with the book.`;
    return;
  }
  const began = backend.value !== undefined;
  show(trained);
  // Options refused while a run trains leave it training with the old ones.
  if (!began) restart(motion.value === 'paused');
  notice.value = why;
}

let pending: ReturnType<typeof setTimeout> | undefined;

function show(next: Setup): void {
  setup.value = next;
  // Browsers allow an address to change only so often, and a drag changes it with every pixel.
  clearTimeout(pending);
  pending = setTimeout(() => history.replaceState(null, '', hashOf(setup.value)), 200);
}

addEventListener('hashchange', () => {
  const next = setupFrom(location.hash);
  setup.value = next.setup;
  notice.value = next.problem;
  restart();
});
