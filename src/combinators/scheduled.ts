import * as v from 'valibot';
import type { ClippingStrategy } from '../core/contract.ts';
import type { AnyStrategyFactory, StrategyFactory } from '../core/define.ts';
import { ClippingError, inBackticks, truncate, formatValue } from '../core/errors.ts';
import type { Field, Fields } from '../core/fields.ts';
import { assertOptionNames } from '../core/options.ts';
import { isPlainObject, toPlainOptions, rejectUnreadable } from '../core/plain.ts';
import { type Combinator, parseSpec, register, specOf } from './combinator.ts';
import { parseSchedule, isSchedule, turnsOf, valueAt, type Schedule } from './schedules.ts';
import { unserializable } from './unsaved.ts';

/**
 * The options of a strategy, of which those that take numbers may also be given a {@link Schedule}, or a function
 * from the step (counted from 0) to the value.
 *
 * @category Combinators
 */
export type ScheduledOptions<F extends Fields> = {
  readonly [Name in keyof F]?:
    F[Name]['default'] | (number extends F[Name]['default'] ? Schedule | ((step: number) => number) : never);
};

type Varying = Schedule | ((step: number) => number);

/**
 * Lets options of a strategy change from step to step; the strategy's memory goes on.
 *
 * The step is that of the contract: steps attempted, skipped ones included, saved and resumed with the optimizer.
 * Options that are whole numbers are rounded. A schedule is JSON and is saved with a model; a function trains like
 * one, but cannot be saved, and its values are checked when their step comes.
 *
 * @throws ClippingError `bad-option` when nothing is scheduled, an option takes no numbers or sizes the memory, or a
 *   schedule ever leaves the bounds of its option; `unknown-option`; `not-serializable` when one with a function is saved.
 *
 * @example
 * ```ts
 * import { scheduled } from 'gradclip';
 * import { globalNorm, perValue } from 'gradclip/strategies';
 *
 * const tightening = scheduled(globalNorm, { maxNorm: { kind: 'linear', from: 5, to: 0.5, steps: 30 } });
 * const later = scheduled(globalNorm, { maxNorm: { kind: 'step', points: [[0, Infinity], [100, 1]] }, ord: 1 });
 * const own = scheduled(perValue, { maxAbs: (step) => 1 + 4 / (1 + step) });
 * console.log(JSON.stringify(tightening.options), later.id, own.id);
 * ```
 *
 * @category Combinators
 */
export function scheduled<F extends Fields>(
  factory: StrategyFactory<F>,
  options: ScheduledOptions<F>,
): ClippingStrategy {
  const { id, fields } = assertFactory(factory);
  register(scheduledCombinator);
  const varying = new Map<string, Varying>();
  const given = Object.entries(toPlainOptions(`scheduled(${id}, options)`, (options as unknown) ?? {}));
  const isVarying = (value: unknown): boolean => isSchedule(value) || typeof value === 'function';
  const fixed = Object.fromEntries(given.filter(([, value]) => !isVarying(value)));
  for (const [name, value] of given.filter(([, one]) => isVarying(one))) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const call = `scheduled(${id}, { ${truncate(name)} })`;
    if (field === undefined || !mayVary(field)) {
      throw new ClippingError('bad-option', notVarying(call, id, name, fields));
    }
    const isFunction = typeof value === 'function';
    varying.set(name, isFunction ? (value as (step: number) => number) : parseSchedule(call, value as Schedule));
  }
  if (varying.size === 0) {
    throw new ClippingError(
      'bad-option',
      `\`scheduled(${id}, options)\` must schedule an option, as in { kind: 'linear', from: 5, to: 0.5, steps: 1000 }; ` +
        `received ${formatValue(options)}.`,
    );
  }

  const make = factory as (options: unknown) => ClippingStrategy;
  let latest: { readonly values: readonly number[]; readonly strategy: ClippingStrategy } | undefined;
  const strategyAt = (step: number): ClippingStrategy => {
    const values = [...varying].map(([name, one]) => {
      const value =
        typeof one === 'function'
          ? rejectUnreadable(`scheduled(${id}, { ${name} })`, () => one(step))
          : valueAt(one, step);
      return fields[name]?.kind === 'integer' && Number.isFinite(value) ? Math.round(value) : value;
    });
    // Most schedules end in a value that stays, so the last strategy is usually the next one too.
    if (latest === undefined || values.some((value, place) => value !== latest?.values[place])) {
      const named = Object.fromEntries([...varying.keys()].map((name, place) => [name, values[place]]));
      for (const [name, value] of Object.entries(named)) assertInBounds(id, name, fields[name] as Field, value, step);
      latest = { values, strategy: make({ ...fixed, ...named }) };
    }
    return latest.strategy;
  };
  const schedules = [...varying.values()].filter((one) => typeof one !== 'function');
  for (const step of new Set([0, ...schedules.flatMap(turnsOf)])) strategyAt(step);

  return Object.freeze<ClippingStrategy>({
    id: 'scheduled',
    options: optionsOf(strategyAt(0), varying),
    init: (parameters) => strategyAt(0).init(parameters),
    clip: (gradients, state, context) => strategyAt(context.step).clip(gradients, state, context),
  });
}

// The form of JSON: one option by name, several in a record.
function optionsOf(start: ClippingStrategy, varying: ReadonlyMap<string, Varying>): Readonly<Record<string, unknown>> {
  const { id, options } = specOf(start);
  const fixed = Object.fromEntries(Object.entries(options ?? {}).filter(([name]) => !varying.has(name)));
  const strategy = { id, options: fixed };
  const [first] = varying;
  const result =
    varying.size === 1 && first !== undefined
      ? { strategy, option: first[0], schedule: first[1] }
      : { strategy, schedules: Object.fromEntries(varying) };
  return [...varying.values()].some((one) => typeof one === 'function')
    ? unserializable(
        result,
        `A \`scheduled\` by a function cannot be saved. Give it a schedule such as ${EXAMPLE} instead.`,
      )
    : Object.freeze(result);
}

const EXAMPLE = `{ kind: 'linear', from: 5, to: 0.5, steps: 1000 }`;

function mayVary(field: Field): boolean {
  return takesNumbers(field) && field.sizesMemory !== true;
}

function takesNumbers({ kind, choices = [] }: Field): boolean {
  return kind === 'number' || kind === 'integer' || choices.some((one) => typeof one === 'number');
}

function assertFactory<F extends Fields>(given: StrategyFactory<F>): StrategyFactory<F> {
  const isFactory = rejectUnreadable(
    'scheduled(factory, options)',
    () => typeof given === 'function' && typeof given.id === 'string' && typeof given.fields === 'object',
  );
  if (isFactory) return given;
  throw new ClippingError(
    'bad-spec',
    `\`scheduled(factory, options)\` takes the factory itself, as in scheduled(globalNorm, { maxNorm: … }); ` +
      `received ${formatValue(given)}.`,
  );
}

function assertInBounds(id: string, name: string, field: Field, value: unknown, step: number): void {
  if (v.is(field.schema, value)) return;
  throw new ClippingError(
    'bad-option',
    `\`scheduled(${id}, { ${name} })\` reaches ${formatValue(value)} at step ${step}, but \`${name}\` must be ${field.rule}.`,
  );
}

function notVarying(call: string, id: string, name: string, fields: Fields): string {
  const varying = Object.keys(fields).filter((one) => mayVary(fields[one] as Field));
  const list = varying.map((one) => `\`${one}\``).join(', ') || 'none';
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  const sized = 'decides the size of its memory, which stays as it begins';
  const what = field === undefined ? 'is no option of it' : takesNumbers(field) ? sized : 'takes no numbers';
  return `\`${call}\`: ${inBackticks(name)} ${what}; of \`${id}\` these can be scheduled: ${list}.`;
}

/** {@link scheduled} in JSON: `{ id: "scheduled", options: { strategy: spec, option, schedule } }`, or `schedules`. */
export const scheduledCombinator: Combinator = {
  id: 'scheduled',
  fromOptions(options, _create, factoryOf) {
    assertOptionNames('scheduled', options, ['strategy', 'option', 'schedule', 'schedules']);
    const { strategy, option, schedule, schedules } = options;
    const { id, options: fixed } = parseSpec(strategy);
    const named = schedules ?? (typeof option === 'string' ? { [option]: schedule } : undefined);
    const together = schedules !== undefined && (option !== undefined || schedule !== undefined);
    if (!isPlainObject(named) || together || !Object.values(named).every(isSchedule)) {
      throw new ClippingError(
        'bad-option',
        '`scheduled` in JSON has a `strategy`, and either `option` and `schedule` or `schedules` by option, such as ' +
          `{ "kind": "linear", "from": 5, "to": 0.5, "steps": 30 }; received ${formatValue(options)}.`,
      );
    }
    const factory: AnyStrategyFactory = factoryOf(id);
    return scheduled(factory as unknown as StrategyFactory, { ...fixed, ...named });
  },
};
