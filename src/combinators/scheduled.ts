import type { ClippingStrategy } from '../core/contract.ts';
import type { StrategyFactory } from '../core/define.ts';
import { ownValue } from '../core/entries.ts';
import { ClippingError, formatValue, inBackticks, listInBackticks, truncate } from '../core/errors.ts';
import type { Field, Fields } from '../core/fields.ts';
import { register, type Combinator } from '../core/known.ts';
import { assertOptionNames } from '../core/options.ts';
import { isPlainObject, toPlainOptions } from '../core/plain.ts';
import { parseSpec, specOf } from '../registry/spec.ts';
import { isSchedule, parseSchedule, turningPoints, valueAt, type Schedule } from './schedules.ts';
import { unserializable } from './unserializable.ts';

const EXAMPLE = `{ kind: 'linear', from: 5, to: 0.5, steps: 1000 }`;

/**
 * The options of a strategy; a numeric option also takes a {@link Schedule}, or a function from the step (counted
 * from 0) to the value.
 *
 * @category Combinators
 */
export type ScheduledOptions<F extends Fields> = {
  readonly [Name in keyof F]?:
    F[Name]['default'] | (number extends F[Name]['default'] ? Schedule | ((step: number) => number) : never);
};

type VaryingOption = Schedule | ((step: number) => number);

/**
 * Changes options of a strategy from step to step; the strategy keeps its state.
 *
 * Steps count from 0. Skipped steps count too, and saving and resuming keep the count. Integer options are rounded.
 * A schedule is JSON and is saved with a model. A function trains like a schedule but cannot be saved, and its
 * values are checked at the steps that use them.
 *
 * @throws ClippingError `bad-option` when nothing is scheduled, when an option is not numeric or sets the size of the
 *   state, or when a schedule leaves the range of its option; `unknown-option`; `not-serializable` when a model with
 *   a function is saved.
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
  assertFactory(factory);
  register(scheduledCombinator);
  const { fixed, varying } = parseScheduledOptions(factory, options);
  const strategyAt = createStrategyAt(factory, fixed, varying);
  // Between two turning points a schedule is monotonic, so these steps show whether it ever leaves its option's range.
  const schedules = [...varying.values()].filter((one) => typeof one !== 'function');
  const ends = [0, ...schedules.flatMap(turningPoints)];
  // The steps beside them show whether it enters the gap in the range of a percentile.
  const beside = ends.flatMap((step) => [step - 1, step + 1]).filter((step) => step >= 0);
  for (const step of new Set([...ends, ...beside])) strategyAt(step);
  return Object.freeze<ClippingStrategy>({
    id: 'scheduled',
    options: toJsonOptions(strategyAt(0), varying),
    init: (parameters) => strategyAt(0).init(parameters),
    clip: (gradients, state, context) => strategyAt(context.step).clip(gradients, state, context),
  });
}

function parseScheduledOptions(
  { id, fields }: StrategyFactory,
  options: object,
): { readonly fixed: Readonly<Record<string, unknown>>; readonly varying: ReadonlyMap<string, VaryingOption> } {
  const fixed: [name: string, value: unknown][] = [];
  const varying = new Map<string, VaryingOption>();
  for (const [name, value] of Object.entries(toPlainOptions(`scheduled(${id}, options)`, options ?? {}))) {
    if (!isSchedule(value) && typeof value !== 'function') {
      fixed.push([name, value]);
      continue;
    }
    const call = `scheduled(${id}, { ${truncate(name)} })`;
    const field = ownValue(fields, name);
    if (field === undefined || !canVary(field)) throw cannotVary(call, id, name, fields);
    const isMeasurement = isSchedule(value) && value.kind === 'measured';
    if (isMeasurement && field.measure === undefined) throw cannotMeasure(call, id, name, fields);
    varying.set(name, isSchedule(value) ? parseSchedule(call, value) : (value as (step: number) => number));
  }
  if (varying.size > 0) return { fixed: Object.fromEntries(fixed), varying };
  throw new ClippingError(
    'bad-option',
    `\`scheduled(${id}, options)\` must schedule at least one option, as in ${EXAMPLE}; received ${formatValue(options)}.`,
  );
}

function createStrategyAt(
  factory: StrategyFactory,
  fixed: Readonly<Record<string, unknown>>,
  varying: ReadonlyMap<string, VaryingOption>,
): (step: number) => ClippingStrategy {
  const { id, fields } = factory;
  const names = [...varying.keys()];
  // Most schedules end in a constant value, so the latest strategy usually serves the next step too.
  let latest: { readonly values: readonly unknown[]; readonly strategy: ClippingStrategy } | undefined;
  return (step) => {
    const values = [...varying].map(([name, option]) => {
      const value = typeof option === 'function' ? option(step) : valueAt(option, step);
      return fields[name]?.kind === 'integer' && Number.isFinite(value) ? Math.round(value as number) : value;
    });
    if (latest !== undefined && values.every((value, index) => value === latest?.values[index])) return latest.strategy;
    const current = Object.fromEntries(names.map((name, index) => [name, values[index]]));
    for (const [name, value] of Object.entries(current)) assertInRange(id, name, fields[name] as Field, value, step);
    const strategy = (factory as (options: unknown) => ClippingStrategy)({ ...fixed, ...current });
    latest = { values, strategy };
    return strategy;
  };
}

/** The options as JSON: `option` and `schedule` for one scheduled option, `schedules` by name for several. */
function toJsonOptions(
  start: ClippingStrategy,
  varying: ReadonlyMap<string, VaryingOption>,
): Readonly<Record<string, unknown>> {
  const { id, options } = specOf(start);
  const fixed = Object.fromEntries(Object.entries(options ?? {}).filter(([name]) => !varying.has(name)));
  const strategy = { id, options: fixed };
  const [first] = varying;
  const json =
    varying.size === 1 && first !== undefined
      ? { strategy, option: first[0], schedule: first[1] }
      : { strategy, schedules: Object.fromEntries(varying) };
  return [...varying.values()].some((option) => typeof option === 'function')
    ? unserializable(json, `A function in \`scheduled\` cannot be saved; use a schedule such as ${EXAMPLE}.`)
    : Object.freeze(json);
}

function canVary(field: Field): boolean {
  return isNumeric(field) && field.sizesState !== true;
}

function isNumeric({ kind, choices = [] }: Field): boolean {
  return kind === 'number' || kind === 'integer' || choices.some((choice) => typeof choice === 'number');
}

function cannotVary(call: string, id: string, name: string, fields: Fields): ClippingError {
  const candidates = Object.keys(fields).filter((one) => canVary(fields[one] as Field));
  const list = listInBackticks(candidates) || 'none';
  const field = ownValue(fields, name);
  let reason = 'is not one of its options';
  if (field !== undefined) reason = isNumeric(field) ? 'sets the size of its state' : 'is not numeric';
  return new ClippingError(
    'bad-option',
    `\`${call}\`: ${inBackticks(name)} ${reason}. Options of \`${id}\` that can be scheduled: ${list}.`,
  );
}

function cannotMeasure(call: string, id: string, name: string, fields: Fields): ClippingError {
  const candidates = Object.keys(fields).filter((one) => fields[one]?.measure !== undefined);
  const hint =
    candidates.length === 0
      ? `No option of \`${id}\` can; use \`globalNorm\`, or \`suggestThreshold(optimizer)\` after some steps.`
      : `Options of \`${id}\` that can: ${listInBackticks(candidates)}.`;
  return new ClippingError('bad-option', `\`${call}\`: ${inBackticks(name)} cannot be measured. ${hint}`);
}

function assertFactory(value: unknown): asserts value is StrategyFactory {
  const { id, fields } = Object(value) as Partial<StrategyFactory>;
  if (typeof value === 'function' && typeof id === 'string' && typeof fields === 'object') return;
  throw new ClippingError(
    'bad-spec',
    '`scheduled(factory, options)` takes a strategy factory, as in scheduled(globalNorm, { maxNorm: … }); ' +
      `received ${formatValue(value)}.`,
  );
}

function assertInRange(id: string, name: string, field: Field, value: unknown, step: number): void {
  if (field.parse(value) !== undefined) return;
  throw new ClippingError(
    'bad-option',
    `\`scheduled(${id}, { ${name} })\` reaches ${formatValue(value)} at step ${step}; \`${name}\` must be ${field.rule}.`,
  );
}

/** {@link scheduled} in JSON: `{ id: "scheduled", options: { strategy: spec, option, schedule } }`, or `schedules`. */
export const scheduledCombinator: Combinator = {
  id: 'scheduled',
  fromOptions(options, _create, factoryOf) {
    assertOptionNames('scheduled', options, ['strategy', 'option', 'schedule', 'schedules']);
    const { strategy, option, schedule, schedules } = options;
    const { id, options: fixed } = parseSpec(strategy);
    const byName = schedules ?? (typeof option === 'string' ? { [option]: schedule } : undefined);
    const hasBoth = schedules !== undefined && (option !== undefined || schedule !== undefined);
    if (!isPlainObject(byName) || hasBoth || !Object.values(byName).every(isSchedule)) {
      throw new ClippingError(
        'bad-option',
        '`scheduled` in JSON has a `strategy`, and either `schedules` by option or `option` and `schedule`, such as ' +
          `{ "kind": "linear", "from": 5, "to": 0.5, "steps": 30 }; received ${formatValue(options)}.`,
      );
    }
    return scheduled(factoryOf(id) as unknown as StrategyFactory, { ...fixed, ...byName });
  },
};
