/**
 * The set-up of the page: what is trained, and the strategies it is trained with side by side.
 *
 * It is small, so the address of the page holds all of it.
 *
 * @module
 */

import * as v from 'valibot';
import { BACKENDS } from './backend-names.ts';
import { catalogue, problemWithOption } from './catalogue.ts';

/** Fewest and most runs side by side. */
export const [FEWEST_RUNS, MOST_RUNS] = [1, 4];

/** The most steps of a run; the page keeps the records of all of them. */
export const MOST_STEPS = 20_000;

/** How far each number of a task may be set. */
const SETTING_RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  units: [2, 128],
  batch: [1, 64],
  length: [10, 400],
  characters: [4, 100],
  window: [2, 120],
};

const OTHER_SETTING = [1, 1000] as const;

/** The range of one number of a task. */
export function rangeOf(setting: string): readonly [least: number, most: number] {
  return SETTING_RANGES[setting] ?? OTHER_SETTING;
}

const whole = (name: string, least: number, most: number) =>
  v.pipe(
    v.number(`${name} must be a number`),
    v.check(
      (value) => Number.isInteger(value) && value >= least && value <= most,
      `${name} must be a whole number from ${least} to ${most}`,
    ),
  );
const oneOf = <const Names extends readonly string[]>(name: string, names: Names) =>
  v.picklist(names, `${name} must be one of ${names.join(', ')}`);

const spec = v.pipe(
  v.strictObject({
    id: oneOf(
      'a strategy',
      catalogue.strategies.map(({ id }) => id),
    ),
    options: v.optional(v.record(v.string(), v.unknown())),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { id, options = {} } = dataset.value;
    const entry = catalogue.strategies.find((one) => one.id === id);
    for (const [name, value] of Object.entries(options)) {
      const message = entry === undefined ? undefined : problemWithOption(entry, name, value);
      if (message !== undefined) addIssue({ message });
    }
  }),
);

const RATE = 'learningRate must be a number from 0.000001 to 100';

/** Checks a set-up. */
export const schema = v.pipe(
  v.strictObject({
    task: oneOf(
      'task',
      catalogue.tasks.map(({ id }) => id),
    ),
    cell: oneOf(
      'cell',
      catalogue.cells.map(({ id }) => id),
    ),
    optimizer: oneOf('optimizer', catalogue.optimizers),
    learningRate: v.pipe(v.number(RATE), v.minValue(1e-6, RATE), v.maxValue(100, RATE)),
    seed: whole('seed', 0, 1_000_000),
    steps: whole('steps', 1, MOST_STEPS),
    settings: v.record(v.string(), v.number('a setting must be a whole number')),
    backend: oneOf('backend', ['auto', ...BACKENDS]),
    strategies: v.pipe(
      v.array(spec),
      v.minLength(FEWEST_RUNS, 'there must be at least one strategy'),
      v.maxLength(MOST_RUNS, `there may be at most ${MOST_RUNS} strategies`),
    ),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { task, settings } = dataset.value;
    const known = Object.keys(catalogue.tasks.find(({ id }) => id === task)?.settings ?? {});
    for (const [name, value] of Object.entries(settings)) {
      const [least, most] = rangeOf(name);
      if (!known.includes(name)) addIssue({ message: `${task} has no setting of this name` });
      else if (!Number.isInteger(value) || value < least || value > most) {
        addIssue({ message: `${name} must be a whole number from ${least} to ${most}` });
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

/** Returns what is wrong with a set-up that the form has made, or undefined. */
export function problemWith(setup: Setup): string | undefined {
  const result = v.safeParse(schema, setup);
  return result.success ? undefined : `${faultIn(result.issues[0])}.`;
}

/** Describes a fault. The messages of valibot itself quote their input, and a link may hold anything. */
export function faultIn({ type, message, path }: v.BaseIssue<unknown>): string {
  return ['strict_object', 'object', 'array', 'record'].includes(type)
    ? `“${path?.map(({ key }) => String(key).slice(0, 30)).join('.') ?? ''}” is missing, unknown or of the wrong type`
    : message;
}

/** What a task starts with when it is chosen: a rate at which a SimpleRNN without clipping diverges or does not learn. */
export const STARTS: Readonly<Record<string, Partial<Setup>>> = {
  'char-lm': { optimizer: 'sgd', learningRate: 3, settings: DEFAULT_SETUP.settings },
  'temporal-order': { optimizer: 'sgd', learningRate: 0.3 },
  adding: { optimizer: 'sgd', learningRate: 0.3 },
  weather: { optimizer: 'sgd', learningRate: 0.3, settings: { batch: 64 } },
};
