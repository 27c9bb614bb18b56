/**
 * One run in the worker: the lab's own run, with a strategy whose options may be changed while it trains.
 *
 * @module
 */

import type { ClippingStrategy, StrategySpec } from 'gradclip';
import manifest from 'gradclip/package.json' with { type: 'json' };
import { gradientFlow } from 'gradclip/recurrent';
import { allStrategies } from 'gradclip/strategies';
import {
  DIVERGED_TIMES,
  environmentOf,
  optimizers,
  run,
  runId,
  type RunConfig,
  type RunRecord,
  type StartRecord,
  type Task,
} from 'gradclip-lab/browser';
import type { Backend } from './backend-names.ts';
import type { WorkerMessage, Options } from './protocol.ts';
import type { Setup } from './setup.ts';
import type { Bounds } from './verdict.ts';
import { offeredCells, offeredTasks } from './strategies.ts';

/** One run, with the strategy that can be changed while it trains. */
export interface LiveRun {
  readonly records: AsyncGenerator<RunRecord, void, undefined>;
  /** The current options. */
  options(): Options;
  /** Changes the options from the next step on; the strategy keeps its state. */
  retune(options: Options, step: number): void;
  /** Returns the first record with all option changes that were made during training. */
  amended(start: StartRecord): Promise<StartRecord>;
  waiting: Extract<RunRecord, { type: 'step' }>[];
  start?: StartRecord;
  next: number;
  done: boolean;
}

interface LiveRunParts {
  readonly setup: Setup;
  readonly index: number;
  readonly prepared: Prepared;
  /** Whether the data was pasted by the user. */
  readonly own: boolean;
  readonly backend: Backend;
  readonly send: (message: WorkerMessage) => void;
}

/** A task with its data, which all runs of a set-up share. */
export interface Prepared {
  readonly task: Task;
  readonly settings: Task['settings'];
  readonly problem: ReturnType<Task['prepare']>;
}

// A score takes a moment even for a run that has exploded, and the other runs wait for it.
const SCORED = 1000;

// Gradient flow and text are measured more often in the first steps, when runs explode.
function isMeasured(step: number): { flow: boolean; text: boolean } {
  return {
    flow: step % (step < 20 ? 1 : step < 100 ? 5 : 25) === 0,
    text: step % (step < 100 ? 5 : 25) === 0,
  };
}

/** Prepares the data of a set-up. */
export function prepareTask(setup: Setup, data: string): Prepared {
  const task = findById(offeredTasks, setup.task);
  const settings = { ...task.settings, ...('scored' in task.settings ? { scored: SCORED } : {}), ...setup.settings };
  return { task, settings, problem: task.prepare(data, settings) };
}

/** Returns the losses with which runs are compared. */
export function boundsOf({ task, problem }: Prepared): Bounds {
  // The baseline is in the unit of the metric, which some tasks also use for the loss.
  const guess = task.metric.name === task.loss.name ? problem.baseline : problem.trivialLoss;
  return { guess, limit: DIVERGED_TIMES * problem.trivialLoss };
}

/** Creates one run of a set-up. */
export function createLiveRun({ setup, index, prepared, own, backend, send }: LiveRunParts): LiveRun {
  const spec = setup.strategies[index] as StrategySpec;
  const { task, settings, problem } = prepared;
  const live = createRetunable(createStrategy(spec));
  const config: RunConfig = {
    task: task.id,
    settings,
    data: own ? 'pasted text' : task.dataset.id,
    cell: setup.cell,
    optimizer: setup.optimizer,
    learningRate: setup.learningRate,
    strategy: { id: spec.id, options: { ...live.strategy.options } },
    seed: setup.seed,
    steps: setup.steps,
    backend,
  };
  const optimizer = optimizers[setup.optimizer];
  if (optimizer === undefined) throw new Error(`Unknown optimizer "${setup.optimizer}".`);
  const records = run(config, {
    task,
    problem,
    cell: findById(offeredCells, setup.cell),
    optimizer,
    strategy: live.strategy,
    environment: environmentOf({
      gradclip: manifest.version,
      backend,
      repaired: backend === 'wasm',
      runtime: navigator.userAgent,
    }),
    async watch(model, batch, step) {
      const measured = isMeasured(step);
      if (measured.flow) {
        const [flow] = await gradientFlow(model, () => problem.loss(model, batch));
        send({ type: 'flow', run: index, flow: { step, norms: [...(flow?.norms ?? [])] } });
      }
      const written = measured.text ? await problem.sample?.(model, setup.seed) : undefined;
      if (written !== undefined) send({ type: 'sample', run: index, step, text: written });
    },
  });
  return { records, ...live, waiting: [], next: 0, done: false };
}

function createRetunable(
  first: ClippingStrategy,
): { strategy: ClippingStrategy } & Pick<LiveRun, 'options' | 'retune' | 'amended'> {
  let current = first;
  const changes: [name: string, value: unknown][] = [];
  return {
    strategy: {
      id: first.id,
      get options() {
        return current.options;
      },
      init: (parameters) => current.init(parameters),
      clip: (gradients, state, context) => current.clip(gradients, state, context),
    },
    options: () => current.options as Options,
    retune(options, step) {
      const next = createStrategy({ id: first.id, options });
      for (const [name, value] of Object.entries(next.options)) {
        if (value === (current.options as Options)[name]) continue;
        const label = `${name} from step ${step}`;
        const known = changes.findIndex(([one]) => one === label);
        if (known >= 0) changes.splice(known, 1);
        changes.push([label, value]);
      }
      current = next;
    },
    // No single set of options describes such a run, so its record lists all of them and has another id.
    async amended(start) {
      if (changes.length === 0) return start;
      const options = { ...first.options, ...Object.fromEntries(changes) };
      const config = { ...start.config, strategy: { id: `${first.id}-changed-while-training`, options } };
      return { ...start, config, id: await runId(config) };
    },
  };
}

function createStrategy({ id, options }: StrategySpec): ClippingStrategy {
  return findById(allStrategies, id)(options as never);
}

function findById<Entry extends { readonly id: string }>(entries: readonly Entry[], id: string): Entry {
  const entry = entries.find((one) => one.id === id);
  if (entry === undefined) throw new Error(`Unknown id "${id}".`);
  return entry;
}
