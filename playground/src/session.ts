/**
 * What the page knows: the set-up, and what the runs have done so far.
 *
 * @module
 */

import { batch, signal } from '@preact/signals';
import type { Backend } from './backend-names.ts';
import type { WorkerMessage, Options, Request } from './protocol.ts';
import { applyMessage, newRun, type RunView } from './run-view.ts';
import { hashOf, setupFrom } from './link.ts';
import { DEFAULT_SETUP, problemWith, type Setup } from './setup.ts';
import type { Bounds } from './verdict.ts';

/** Whether the worker trains. */
export type Status = 'starting' | 'training' | 'paused' | 'finished' | 'failed';

const read = setupFrom(location.hash);
// Until the worker has measured what guessing scores.
const UNKNOWN_BOUNDS: Bounds = { guess: NaN, limit: Infinity };

/** The set-up on show. */
export const setup = signal<Setup>(read.setup);
/** Text pasted by the user in place of the book. */
export const ownText = signal<string | undefined>(undefined);
/** The runs, in the order of the strategies. */
export const runs = signal<readonly RunView[]>([]);
/** The notice on the page: a broken link, a set-up that cannot be trained, a lost context. */
export const notice = signal<string | undefined>(read.problem);
/** The backend in use, and the reason for it. */
export const backend = signal<{ name: Backend; reason: string } | undefined>(undefined);
/** The losses with which the runs are compared. */
export const bounds = signal<Bounds>(UNKNOWN_BOUNDS);
/** Steps per second, all runs together taking one. */
export const rate = signal(0);
/** What the worker is doing. */
export const status = signal<Status>('starting');

let worker: Worker | undefined;
// The last set-up that could be trained.
let trained = DEFAULT_SETUP;
const lost = new Set<Backend>();

function send(request: Request): void {
  worker?.postMessage(request);
}

/** Trains the set-up from the beginning. */
export function restart(paused = false): void {
  // The old worker may hang in a long step or have lost its graphics context, so it is not reused.
  worker?.terminate();
  const session = (worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
  // The page draws once a frame, however fast the worker is.
  let waiting: WorkerMessage[] = [];
  const queueMessage = (message: WorkerMessage): void => {
    waiting.push(message);
    if (waiting.length > 1) return;
    requestAnimationFrame(() => {
      const all = waiting;
      waiting = [];
      batch(() => {
        for (const one of all) if (session === worker) handleMessage(one);
      });
    });
  };
  session.onmessage = ({ data }: MessageEvent<WorkerMessage>) => queueMessage(data);
  session.onerror = (event) => {
    event.preventDefault();
    queueMessage({ type: 'failed', message: event.message || 'The worker could not be started.' });
  };
  batch(() => {
    runs.value = setup.value.strategies.map(newRun);
    backend.value = undefined;
    bounds.value = UNKNOWN_BOUNDS;
    rate.value = 0;
    status.value = paused ? 'paused' : 'starting';
  });
  const text = ownText.value;
  send({ type: 'start', setup: setup.value, paused, without: [...lost], ...(text === undefined ? {} : { text }) });
}

/** Trains a changed set-up, or shows what is wrong with it. */
export function apply(changed: Partial<Setup>): void {
  const next = { ...setup.value, ...changed };
  notice.value = problemWith(next);
  if (notice.value !== undefined) return;
  // If the user chooses a backend again, try it again even if it failed before.
  if (changed.backend !== undefined) lost.clear();
  show(next);
  restart(status.value === 'paused');
}

/** Trains on a text of the user's own, or with undefined on the book again. */
export function takeText(text: string | undefined): void {
  ownText.value = text;
  if (setup.value.task === 'char-lm') apply({});
  else open(DEFAULT_SETUP);
}

/** Trains another set-up, unpaused. */
export function open(next: Setup): void {
  notice.value = undefined;
  show(next);
  restart();
}

/** Changes the options of one run's strategy while it trains; if it has ended, all runs begin again. */
export function retune(run: number, options: Options): void {
  const strategies = setup.value.strategies.map((spec, index) => (index === run ? { ...spec, options } : spec));
  if (runs.value[run]?.end.value !== undefined) {
    apply({ strategies });
    return;
  }
  const next = { ...setup.value, strategies };
  notice.value = problemWith(next);
  if (notice.value !== undefined) return;
  show(next);
  const view = runs.value[run];
  // Shown at once; the worker answers between two steps, and with the old options if it refuses the new ones.
  if (view !== undefined) view.options.value = { ...view.options.value, ...options };
  send({ type: 'retune', run, options });
}

/** Stops between two steps. */
export function pause(): void {
  status.value = 'paused';
  send({ type: 'pause' });
}

/** Continues after a pause. */
export function resume(): void {
  status.value = 'training';
  send({ type: 'resume' });
}

/** Takes one step of each run, then stops. */
export function step(): void {
  status.value = 'paused';
  send({ type: 'step' });
}

function handleMessage(message: WorkerMessage): void {
  switch (message.type) {
    case 'ready':
      backend.value = message;
      bounds.value = message.bounds;
      trained = setup.value;
      if (status.value === 'starting') status.value = 'training';
      return;
    case 'lost':
      lost.add(message.name);
      restart();
      notice.value = `The browser took the ${message.name} context away, and the networks with it. Training has begun again without ${message.name}.`;
      return;
    case 'refused':
      refuse(message.message);
      return;
    case 'failed':
      status.value = 'failed';
      notice.value = message.message;
      return;
    case 'rate':
      rate.value = message.stepsPerSecond;
      return;
    case 'records':
    case 'options':
    case 'steps':
    case 'sample':
    case 'flow':
    case 'end': {
      const run = runs.value[message.run];
      if (run !== undefined) applyMessage(run, message);
      if (message.type === 'options') trained = setup.value;
      if (runs.value.every(({ end }) => end.value !== undefined)) status.value = 'finished';
    }
  }
}

// Shows why a set-up cannot be trained, and returns to the last one that could.
function refuse(why: string): void {
  if (ownText.value !== undefined) {
    takeText(undefined);
    notice.value = `Your text was not taken: ${why} Training goes on with the book.`;
    return;
  }
  const began = backend.value !== undefined;
  show(trained);
  // Options refused while a run trains leave it training with the old ones.
  if (!began) restart(status.value === 'paused');
  notice.value = why;
}

let addressTimer: ReturnType<typeof setTimeout> | undefined;

function show(next: Setup): void {
  setup.value = next;
  // Browsers allow an address to change only so often, and a drag changes it with every pixel.
  clearTimeout(addressTimer);
  addressTimer = setTimeout(() => history.replaceState(null, '', hashOf(setup.value)), 200);
}

addEventListener('hashchange', () => {
  const next = setupFrom(location.hash);
  setup.value = next.setup;
  notice.value = next.problem;
  restart();
});
