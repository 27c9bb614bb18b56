/**
 * Trains the runs of a set-up in step, so that they can be watched side by side.
 *
 * Training is the lab's: this only chooses the backend, takes turns, and tells the page.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { toLine } from 'gradclip-lab/browser';
import { onLoss, startBackend } from './backends.ts';
import { laneOf, type Lane } from './lane.ts';
import type { News, Options, Request } from './protocol.ts';
import { textFor } from './texts.ts';

// How often the page hears of steps; more would only make it draw more.
const NEWS_MS = 100;

let lanes: Lane[] = [];
let session = 0;
let paused = false;
let single = 0;
let wake: () => void = () => undefined;

const tell = (news: News): void => {
  postMessage(news);
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
  setup,
  text,
  without,
  paused: startPaused = false,
}: Extract<Request, { type: 'start' }>): Promise<void> {
  const mine = (session += 1);
  wake();
  paused = startPaused;
  single = 0;
  try {
    for (const lane of lanes) await lane.records.return();
    const backend = await startBackend(setup.backend, without);
    const data = await textFor(setup.task, text);
    if (mine !== session) return;
    try {
      lanes = setup.strategies.map((_, place) =>
        laneOf({ setup, place, data, own: text !== undefined, backend: backend.name, tell }),
      );
    } catch (error) {
      tell({ type: 'refused', message: wordsOf(error) });
      return;
    }
    onLoss(backend.name, () => {
      tell({ type: 'lost', name: backend.name });
    });
    tell({ type: 'backend', ...backend });
    for (const [run, lane] of lanes.entries()) tell({ type: 'options', run, options: lane.options() });
    await train(mine);
  } catch (error) {
    if (mine === session) tell({ type: 'failed', message: wordsOf(error) });
  }
}

function retune(run: number, options: Options): void {
  const lane = lanes[run];
  if (lane === undefined || lane.done) return;
  try {
    lane.retune(options, lane.next);
  } catch (error) {
    tell({ type: 'refused', message: wordsOf(error) });
  }
  tell({ type: 'options', run, options: lane.options() });
}

async function train(mine: number): Promise<void> {
  let told = performance.now();
  let stepsSince = 0;
  while (mine === session && lanes.some((lane) => !lane.done)) {
    if (paused && single === 0) {
      flush();
      tell({ type: 'rate', stepsPerSecond: 0 });
      await new Promise<void>((resolve) => (wake = resolve));
      [told, stepsSince] = [performance.now(), 0];
      continue;
    }
    if (single > 0) single -= 1;
    for (const [place, lane] of lanes.entries()) await advance(lane, place);
    stepsSince += 1;
    const elapsed = performance.now() - told;
    if (elapsed >= NEWS_MS) {
      flush();
      tell({ type: 'rate', stepsPerSecond: (1000 * stepsSince) / elapsed });
      [told, stepsSince] = [performance.now(), 0];
    }
    await breath();
  }
  if (mine === session) {
    flush();
    tell({ type: 'rate', stepsPerSecond: 0 });
  }
}

// Takes one step of a run; what begins and ends it comes along.
async function advance(lane: Lane, place: number): Promise<void> {
  while (!lane.done) {
    const { value, done } = await lane.records.next();
    if (done === true) lane.done = true;
    else if (value.type === 'start') lane.start = value;
    else if (value.type === 'end') {
      flush();
      lane.done = true;
      if (lane.start !== undefined) {
        tell({ type: 'records', run: place, start: toLine(await lane.amended(lane.start)) });
      }
      tell({ type: 'end', run: place, end: value });
    } else {
      lane.waiting.push(value);
      lane.next = value.step + 1;
      return;
    }
  }
}

function flush(): void {
  for (const [place, lane] of lanes.entries()) {
    if (lane.waiting.length > 0) tell({ type: 'steps', run: place, lines: lane.waiting });
    lane.waiting = [];
  }
}

// Lets messages in between two steps; timers are held back in workers of hidden pages, channels are not.
function breath(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

tf.enableProdMode();
