/**
 * The set-up of the page: what is trained, and the strategies it is trained with side by side.
 *
 * It is small and is JSON, so the address of the page holds all of it.
 *
 * @module
 */

import { createContainer, TOKENS, type StrategyRegistry, type StrategySpec } from 'gradclip';
import { shelf } from 'gradclip/strategies';
import { cells, optimizers, tasks } from 'gradclip-lab/browser';
import * as v from 'valibot';

/** The strategies on offer. */
export const registry: StrategyRegistry = createContainer({ shelf }).get(TOKENS.StrategyRegistry);

/** The tasks on offer here; the lab has more. */
export const offeredTasks = tasks.filter(({ id }) => ['char-lm', 'temporal-order', 'adding', 'weather'].includes(id));

/** The backends, the one most likely to serve first. */
export const BACKENDS = ['wasm', 'webgpu', 'webgl', 'cpu'] as const;

/** Fewest and most runs side by side. */
export const [FEWEST_RUNS, MOST_RUNS] = [1, 4];

/** How far each number of a task may be set. */
export const SETTING_RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  units: [2, 128],
  batch: [1, 64],
  length: [4, 400],
  characters: [4, 100],
  days: [2, 120],
};

const OTHER_SETTING = [1, 1000] as const;

/** The range of one number of a task. */
export function rangeOf(setting: string): readonly [least: number, most: number] {
  return SETTING_RANGES[setting] ?? OTHER_SETTING;
}

const spec = v.strictObject({ id: v.string(), options: v.optional(v.record(v.string(), v.unknown())) });

const schema = v.pipe(
  v.strictObject({
    task: v.picklist(offeredTasks.map(({ id }) => id)),
    cell: v.picklist(cells.map(({ id }) => id)),
    optimizer: v.picklist(Object.keys(optimizers)),
    learningRate: v.pipe(v.number(), v.minValue(1e-6), v.maxValue(100)),
    seed: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1e6)),
    steps: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000)),
    settings: v.record(v.string(), v.number()),
    backend: v.picklist(['auto', ...BACKENDS]),
    strategies: v.pipe(v.array(spec), v.minLength(FEWEST_RUNS), v.maxLength(MOST_RUNS)),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { task, settings, strategies } = dataset.value;
    const known = Object.keys(offeredTasks.find(({ id }) => id === task)?.settings ?? {});
    for (const [name, value] of Object.entries(settings)) {
      const [least, most] = rangeOf(name);
      if (!known.includes(name)) addIssue({ message: `${task} has no setting ${name}` });
      else if (!Number.isInteger(value) || value < least || value > most) {
        addIssue({ message: `${name} must be a whole number from ${least} to ${most}` });
      }
    }
    for (const strategy of strategies) {
      try {
        registry.create(strategy as StrategySpec);
      } catch (error) {
        addIssue({ message: error instanceof Error ? error.message : String(error) });
      }
    }
  }),
);

/** Everything that decides what the page trains, but for pasted text. */
export type Setup = v.InferOutput<typeof schema>;

/** What the page starts with: a network that blows up, beside the same one clipped. */
export const DEFAULT_SETUP: Setup = {
  task: 'char-lm',
  cell: 'rnn',
  optimizer: 'sgd',
  learningRate: 3,
  seed: 1,
  steps: 2000,
  settings: { units: 64, characters: 32, batch: 16 },
  backend: 'auto',
  strategies: [{ id: 'none' }, { id: 'global-norm', options: { maxNorm: 0.25 } }],
};

/** Reads a set-up from the address; an empty one is the default, a broken one the default with what is wrong. */
export function setupFrom(hash: string): { setup: Setup; problem?: string } {
  const text = hash.replace(/^#/, '');
  if (text === '') return { setup: DEFAULT_SETUP };
  if (text.length > 8000) return { setup: DEFAULT_SETUP, problem: 'The link is too long to be a set-up.' };
  try {
    const result = v.safeParse(schema, JSON.parse(decodeURIComponent(text)));
    if (result.success) return { setup: result.output };
    return { setup: DEFAULT_SETUP, problem: `The link does not hold a set-up: ${result.issues[0].message}.` };
  } catch {
    return { setup: DEFAULT_SETUP, problem: 'The link does not hold a set-up: it is no JSON.' };
  }
}

/** What is wrong with a set-up that the form has made, if anything is. */
export function problemWith(setup: Setup): string | undefined {
  const result = v.safeParse(schema, setup);
  return result.success ? undefined : result.issues[0].message;
}

/** The address that holds a set-up. */
export function hashOf(setup: Setup): string {
  return `#${encodeURIComponent(JSON.stringify(setup, withInfinity))}`;
}

// JSON has no Infinity; options take it as a string.
function withInfinity(_key: string, value: unknown): unknown {
  return value === Infinity ? 'Infinity' : value;
}
