/**
 * Trains the runs of a set-up in step, so that they can be watched side by side.
 *
 * Training is the lab's: this only chooses the backend, takes turns, and tells the page.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import type { ClippingStrategy, StrategySpec } from 'gradclip';
import manifest from 'gradclip/package.json' with { type: 'json' };
import { gradientFlow } from 'gradclip/recurrent';
import { cells, environmentOf, optimizers, run, toLine, type RunConfig, type RunRecord } from 'gradclip-lab/browser';
import { startBackend } from './backends.ts';
import type { News, Request } from './protocol.ts';
import { offeredTasks, registry, type Setup } from './setup.ts';
import { textFor } from './texts.ts';

/** One run, with the strategy that can be changed while it trains. */
interface Lane {
  readonly records: AsyncGenerator<RunRecord, void, undefined>;
  retune(options: Readonly<Record<string, unknown>>): void;
  waiting: Extract<RunRecord, { type: 'step' }>[];
  done: boolean;
}

// How often the page hears of steps; more would only make it draw more.
const NEWS_MS = 100;
// How often a run is asked for its gradient flow and for text.
const LOOK_EVERY = 25;

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
  else if (data.type === 'retune') lanes[data.run]?.retune(data.options);
  else {
    paused = data.type !== 'resume';
    if (data.type === 'step') single += 1;
    wake();
  }
};

async function start({ setup, text, paused: startPaused = false }: Extract<Request, { type: 'start' }>): Promise<void> {
  const mine = (session += 1);
  wake();
  paused = startPaused;
  single = 0;
  try {
    for (const lane of lanes) await lane.records.return();
    const backend = await startBackend(setup.backend);
    const data = await textFor(setup.task, text);
    if (mine !== session) return;
    tell({ type: 'backend', ...backend });
    lanes = setup.strategies.map((spec, place) => laneOf(setup, spec as StrategySpec, place, data, text, backend.name));
    await train(mine);
  } catch (error) {
    if (mine === session) tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

function laneOf(setup: Setup, spec: StrategySpec, place: number, data: string, own: string | undefined, backend: string): Lane {
  const task = found(offeredTasks, setup.task);
  const settings = { ...task.settings, ...setup.settings };
  const problem = task.prepare(data, settings);
  const live = retunable(registry.create(spec));
  const config: RunConfig = {
    task: task.id,
    settings,
    data: own === undefined ? task.dataset.id : 'pasted text',
    cell: setup.cell,
    optimizer: setup.optimizer,
    learningRate: setup.learningRate,
    strategy: { id: spec.id, options: { ...live.strategy.options } },
    seed: setup.seed,
    steps: setup.steps,
    backend,
  };
  const optimizer = optimizers[setup.optimizer];
  if (optimizer === undefined) throw new Error(`There is no optimizer ${setup.optimizer}.`);
  const records = run(config, {
    task,
    problem,
    cell: found(cells, setup.cell),
    optimizer,
    strategy: live.strategy,
    environment: environmentOf({ gradclip: manifest.version, backend, repaired: backend === 'wasm', runtime: navigator.userAgent }),
    async watch(model, batch, step) {
      if (step % LOOK_EVERY !== 0) return;
      const flows = await gradientFlow(model, () => problem.loss(model, batch));
      tell({ type: 'flow', run: place, step, norms: flows[0]?.norms ?? [] });
      const written = await problem.sample?.(model, setup.seed);
      if (written !== undefined) tell({ type: 'sample', run: place, step, text: written });
    },
  });
  return { records, retune: live.retune, waiting: [], done: false };
}

/** The strategy of a run, whose options may be changed between two steps; its memory goes on. */
function retunable(first: ClippingStrategy): { strategy: ClippingStrategy; retune: Lane['retune'] } {
  let current = first;
  return {
    strategy: {
      id: first.id,
      get options() {
        return current.options;
      },
      init: (parameters) => current.init(parameters),
      clip: (gradients, state, context) => current.clip(gradients, state, context),
    },
    retune(options) {
      current = registry.create(first.id, options);
    },
  };
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
    else if (value.type === 'start') tell({ type: 'records', run: place, start: toLine(value) });
    else if (value.type === 'end') {
      flush();
      tell({ type: 'end', run: place, end: value });
      lane.done = true;
    } else {
      lane.waiting.push(value);
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

function found<Entry extends { readonly id: string }>(entries: readonly Entry[], id: string): Entry {
  const entry = entries.find((one) => one.id === id);
  if (entry === undefined) throw new Error(`There is no ${id} here.`);
  return entry;
}

tf.enableProdMode();
