/**
 * What the page knows: the set-up, and what the runs have done so far.
 *
 * @module
 */

import { batch, signal, type Signal } from '@preact/signals';
import type { EndRecord, StepLine } from 'gradclip-lab/browser';
import type { News, Request } from './protocol.ts';
import { hashOf, problemWith, setupFrom, type Setup } from './setup.ts';

/** What one run has done so far. */
export interface RunView {
  readonly lines: StepLine[];
  /** Grows with each news, so that views follow without the lines being copied. */
  readonly version: Signal<number>;
  readonly end: Signal<EndRecord | undefined>;
  readonly sample: Signal<{ step: number; text: string } | undefined>;
  readonly flow: Signal<{ step: number; norms: readonly number[] } | undefined>;
  start: string;
}

/** Whether the worker trains. */
export type Motion = 'starting' | 'training' | 'paused' | 'finished' | 'failed';

const read = setupFrom(location.hash);

/** The set-up on show. */
export const setup = signal<Setup>(read.setup);
/** Text pasted by the user in place of the book. */
export const ownText = signal<string | undefined>(undefined);
/** The runs, in the order of the strategies. */
export const runs = signal<readonly RunView[]>([]);
/** What the page has to say: a broken link, a failed start. */
export const notice = signal<string | undefined>(read.problem);
/** The backend in use, and why. */
export const backend = signal<{ name: string; reason: string } | undefined>(undefined);
/** Steps per second, all runs together taking one. */
export const rate = signal(0);
/** What the worker is doing. */
export const motion = signal<Motion>('starting');

let worker: Worker | undefined;

function ask(request: Request): void {
  worker?.postMessage(request);
}

/** Trains the set-up from the beginning. */
export function restart(paused = false): void {
  // A worker that hangs in a long step, or whose graphics context is lost, does not hold up the next.
  worker?.terminate();
  worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<News>) => {
    batch(() => {
      hear(data);
    });
  };
  worker.onerror = (event) => {
    event.preventDefault();
    hear({ type: 'failed', message: event.message || 'The worker could not be started.' });
  };
  batch(() => {
    runs.value = setup.value.strategies.map(() => ({
      lines: [],
      version: signal(0),
      end: signal(undefined),
      sample: signal(undefined),
      flow: signal(undefined),
      start: '',
    }));
    backend.value = undefined;
    rate.value = 0;
    motion.value = paused ? 'paused' : 'starting';
  });
  ask({ type: 'start', setup: setup.value, paused, ...(ownText.value === undefined ? {} : { text: ownText.value }) });
}

/** Takes up a changed set-up and trains it, unless something is wrong with it, which is then said. */
export function apply(changed: Partial<Setup>): void {
  const next = { ...setup.value, ...changed };
  const problem = problemWith(next);
  notice.value = problem;
  if (problem !== undefined) return;
  setup.value = next;
  history.replaceState(null, '', hashOf(next));
  restart(motion.value === 'paused');
}

/** Changes the options of one run's strategy while it trains. */
export function retune(run: number, options: Readonly<Record<string, unknown>>): void {
  const strategies = setup.value.strategies.map((spec, place) => (place === run ? { ...spec, options } : spec));
  const next = { ...setup.value, strategies };
  const problem = problemWith(next);
  notice.value = problem;
  if (problem !== undefined) return;
  setup.value = next;
  history.replaceState(null, '', hashOf(next));
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
      if (motion.value === 'starting') motion.value = 'training';
      return;
    case 'failed':
      motion.value = 'failed';
      notice.value = news.message;
      return;
    case 'rate':
      rate.value = news.stepsPerSecond;
      return;
    default:
      hearRun(news);
  }
}

function hearRun(news: Extract<News, { run: number }>): void {
  const run = runs.value[news.run];
  if (run === undefined) return;
  if (news.type === 'steps') {
    for (const line of news.lines) run.lines.push(line);
    run.version.value += 1;
  } else if (news.type === 'end') {
    run.end.value = news.end;
    if (runs.value.every((one) => one.end.value !== undefined)) motion.value = 'finished';
  } else if (news.type === 'sample') run.sample.value = news;
  else if (news.type === 'flow') run.flow.value = news;
  else run.start = news.start;
}

addEventListener('hashchange', () => {
  const next = setupFrom(location.hash);
  setup.value = next.setup;
  notice.value = next.problem;
  restart();
});
