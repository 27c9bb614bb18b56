/**
 * Trains the runs of a set-up in step, so that they can be watched side by side.
 *
 * The lab trains; this file chooses the backend, alternates between the runs and reports to the page.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { toLine } from 'gradclip-lab/browser';
import { onLoss, startBackend } from './backends.ts';
import { boundsOf, createLiveRun, prepareTask, type LiveRun } from './live-run.ts';
import type { WorkerMessage, Options, Request } from './protocol.ts';
import type { Setup } from './setup.ts';
import { textFor } from './texts.ts';
import type { Bounds } from './verdict.ts';

// The page gets new steps at this interval; a shorter one only costs drawing.
const MESSAGE_INTERVAL_MS = 100;

// The first steps, in which runs explode, are slow enough to watch.
const [WATCHED_STEPS, WATCHED_STEP_MS] = [30, 60];

let liveRuns: LiveRun[] = [];
// The set-up until its runs exist, so that options changed while the backend starts are not lost.
let starting: Setup | undefined;
let currentSession = 0;
let paused = false;
let single = 0;
let wake: () => void = () => undefined;

const send = (message: WorkerMessage): void => {
  postMessage(message);
};

self.onmessage = ({ data }: MessageEvent<Request>) => {
  if (data.type === 'start') void start(data);
  else if (data.type === 'retune') retune(data.run, data.options);
  else {
    paused = data.type !== 'resume';
    if (data.type === 'step') single += 1;
    wake();
  }
};

async function start({
  setup: given,
  text,
  without,
  paused: startPaused = false,
}: Extract<Request, { type: 'start' }>): Promise<void> {
  const session = (currentSession += 1);
  wake();
  starting = given;
  paused = startPaused;
  single = 0;
  try {
    for (const liveRun of liveRuns) await liveRun.records.return();
    const backend = await startBackend(given.backend, without);
    const data = await textFor(given.task, text);
    if (session !== currentSession) return;
    const setup = starting;
    starting = undefined;
    let bounds: Bounds;
    try {
      const prepared = prepareTask(setup, data);
      bounds = boundsOf(prepared);
      liveRuns = setup.strategies.map((_, index) =>
        createLiveRun({ setup, index, prepared, own: text !== undefined, backend: backend.name, send }),
      );
    } catch (error) {
      send({ type: 'refused', message: messageOf(error) });
      return;
    }
    onLoss(backend.name, () => {
      send({ type: 'lost', name: backend.name });
    });
    send({ type: 'ready', ...backend, bounds });
    for (const [run, liveRun] of liveRuns.entries()) send({ type: 'options', run, options: liveRun.options() });
    await train(session);
  } catch (error) {
    if (session === currentSession) send({ type: 'failed', message: messageOf(error) });
  }
}

function retune(run: number, options: Options): void {
  if (starting !== undefined) {
    const strategies = starting.strategies.map((spec, index) => (index === run ? { ...spec, options } : spec));
    starting = { ...starting, strategies };
    return;
  }
  const liveRun = liveRuns[run];
  if (liveRun === undefined || liveRun.done) return;
  try {
    liveRun.retune(options, liveRun.next);
  } catch (error) {
    send({ type: 'refused', message: messageOf(error) });
  }
  send({ type: 'options', run, options: liveRun.options() });
}

async function train(session: number): Promise<void> {
  let lastSent = performance.now();
  let stepsSince = 0;
  while (session === currentSession && liveRuns.some((liveRun) => !liveRun.done)) {
    if (paused && single === 0) {
      flush();
      send({ type: 'rate', stepsPerSecond: 0 });
      await new Promise<void>((resolve) => (wake = resolve));
      [lastSent, stepsSince] = [performance.now(), 0];
      continue;
    }
    if (single > 0) single -= 1;
    const begun = performance.now();
    for (const [index, liveRun] of liveRuns.entries()) await advance(liveRun, index);
    if (liveRuns.some(({ done, next }) => !done && next < WATCHED_STEPS)) {
      await new Promise((resolve) => setTimeout(resolve, WATCHED_STEP_MS - (performance.now() - begun)));
    }
    stepsSince += 1;
    const elapsed = performance.now() - lastSent;
    if (elapsed >= MESSAGE_INTERVAL_MS) {
      flush();
      send({ type: 'rate', stepsPerSecond: (1000 * stepsSince) / elapsed });
      [lastSent, stepsSince] = [performance.now(), 0];
    }
    await yieldToMessages();
  }
  if (session === currentSession) {
    flush();
    send({ type: 'rate', stepsPerSecond: 0 });
  }
}

// Takes one step of a run, with the records before the first and after the last.
async function advance(liveRun: LiveRun, index: number): Promise<void> {
  while (!liveRun.done) {
    const { value, done } = await liveRun.records.next();
    if (done === true) liveRun.done = true;
    else if (value.type === 'start') liveRun.start = value;
    else if (value.type === 'end') {
      flush();
      liveRun.done = true;
      if (liveRun.start !== undefined) {
        send({ type: 'records', run: index, start: toLine(await liveRun.amended(liveRun.start)) });
      }
      send({ type: 'end', run: index, end: value });
    } else {
      liveRun.waiting.push(value);
      liveRun.next = value.step + 1;
      return;
    }
  }
}

function flush(): void {
  for (const [index, liveRun] of liveRuns.entries()) {
    if (liveRun.waiting.length > 0) send({ type: 'steps', run: index, lines: liveRun.waiting });
    liveRun.waiting = [];
  }
}

// Lets the worker receive messages between two steps. Browsers throttle timers in hidden pages, but not channels.
function yieldToMessages(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

tf.enableProdMode();
