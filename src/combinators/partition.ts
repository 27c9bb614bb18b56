import { maximum, type Scalar } from '@tensorflow/tfjs-core';
import type { ClippingStrategy, NamedTensors, StrategySpec } from '../core/contract.ts';
import { ClippingError, truncate, formatValue } from '../core/errors.ts';
import { assertOptionNames } from '../core/options.ts';
import { isPlainObject, rejectUnreadable } from '../core/plain.ts';
import { type Combinator, assertStrategy, register, specOf } from './combinator.ts';
import { uselessRule, withoutRule, withoutStrategy } from './partition-faults.ts';
import { fitsRule, hasPredicate, parseRule, type VariableMatch, type VariableRule } from './rules.ts';
import { prefixed, childState } from './states.ts';
import { unserializable } from './unsaved.ts';

/**
 * One rule of {@link partition}: which variables, and how they are clipped.
 *
 * @category Combinators
 */
export interface PartitionRule extends VariableRule {
  /** The strategy of these variables. */
  readonly strategy: ClippingStrategy;
}

/**
 * The strategy of the variables that no rule is about; left out, they pass unchanged.
 *
 * @category Combinators
 */
export interface PartitionDefault {
  /** The strategy for all other variables. */
  readonly default?: ClippingStrategy;
}

/** The variables of each label, as {@link partition} takes them. */
type LabelRules = Readonly<Record<string, VariableMatch | readonly VariableMatch[] | VariableRule>>;

/** A group of variables with one strategy. */
interface Group {
  readonly prefix: string;
  readonly strategy: ClippingStrategy;
}

/**
 * Clips each group of variables by a strategy of its own, with its own norm and its own memory.
 *
 * Rules are tried in order and the first that fits a variable has it; variables that none fits take the `default`
 * strategy, and pass unchanged where there is none. A strategy sees the variables of its group alone, and is left
 * out of a step in which they have no gradient. The step is skipped when any of them says so.
 *
 * Three forms say the same: a list of rules, each with its strategy; labels with the variables and the strategies of
 * each; or a function from a variable's name to a label (`undefined` means the default). Predicates and functions
 * train like any rule, but cannot be saved with a model.
 *
 * @throws ClippingError `bad-option` when a rule or label has no strategy or a strategy no rule, and, at the first
 *   step, when a rule fits no variable (the message lists them) or the function answers an unknown label;
 *   `bad-spec` when something given is no strategy; `not-serializable` when one with a function is saved.
 *
 * @example
 * ```ts
 * import { partition } from 'gradclip';
 * import { globalNorm, perValue } from 'gradclip/strategies';
 *
 * const byRules = partition([{ match: 'lstm*', exclude: 'lstm_2', strategy: globalNorm({ maxNorm: 1 }) }]);
 * const byLabels = partition(
 *   { recurrent: ['lstm*', 'gru*'], head: 'dense*' },
 *   { recurrent: globalNorm({ maxNorm: 0.5 }), head: perValue({ maxAbs: 1 }), default: globalNorm() },
 * );
 * const byFunction = partition((name) => (name.endsWith('recurrent_kernel') ? 'loop' : 'rest'), {
 *   loop: globalNorm({ maxNorm: 0.25 }),
 *   rest: globalNorm({ maxNorm: 1 }),
 * });
 * console.log(byRules.id, JSON.stringify(byLabels.options), byFunction.id);
 * ```
 *
 * @category Combinators
 */
export function partition(rules: readonly PartitionRule[], strategies?: PartitionDefault): ClippingStrategy;
export function partition<const Rules extends LabelRules>(
  rules: Rules,
  strategies: { readonly [Label in keyof Rules]: ClippingStrategy } & PartitionDefault,
): ClippingStrategy;
export function partition<const Label extends string>(
  labelOf: (variable: string) => Label | undefined,
  strategies: Readonly<Record<Exclude<Label, 'default'>, ClippingStrategy>> & PartitionDefault,
): ClippingStrategy;
export function partition(
  given: readonly PartitionRule[] | LabelRules | ((variable: string) => string | undefined),
  strategies: object = {},
): ClippingStrategy {
  const labelled = strategiesOf(strategies);
  const rules =
    typeof given === 'function' ? undefined : rejectUnreadable('partition(rules)', () => rulesOf(given, labelled));
  register(partitionCombinator);
  return rules === undefined
    ? byLabelOf(given as (variable: string) => string | undefined, labelled)
    : byRules(rules, labelled);
}

type Labelled = Readonly<Record<string, ClippingStrategy>> & PartitionDefault;

function strategiesOf(given: unknown): Labelled {
  const call = 'partition(…, strategies)';
  const strategies = rejectUnreadable(call, () => (isPlainObject(given) ? Object.entries(given) : undefined));
  if (strategies === undefined) {
    throw new ClippingError('bad-option', `\`${call}\` takes strategies by label; received ${formatValue(given)}.`);
  }
  for (const [, strategy] of strategies) assertStrategy(call, strategy);
  return Object.fromEntries(strategies) as Labelled;
}

function rulesOf(
  given: readonly PartitionRule[] | LabelRules,
  strategies: Readonly<Record<string, ClippingStrategy>>,
): readonly PartitionRule[] {
  if (Array.isArray(given)) {
    const extra = Object.keys(strategies).find((label) => label !== 'default');
    if (extra !== undefined) throw withoutRule(extra);
    const rules: PartitionRule[] = [];
    // Not `map`, which passes over places that hold nothing.
    for (const rule of given as readonly PartitionRule[]) {
      const call = `partition(rules)[${rules.length}]`;
      const sound = parseRule(call, rule);
      const { strategy } = rule;
      assertStrategy(`${call}.strategy`, strategy);
      rules.push({ ...sound, strategy });
    }
    return rules;
  }
  if (!isPlainObject(given)) {
    throw new ClippingError(
      'bad-option',
      `\`partition(rules, strategies)\` takes rules or a function from names to labels; received ${formatValue(given)}.`,
    );
  }
  const extra = Object.keys(strategies).find((label) => label !== 'default' && !Object.hasOwn(given, label));
  if (extra !== undefined) throw withoutRule(extra);
  return Object.entries(given as LabelRules).map(([label, variables]) => {
    const strategy = strategies[label];
    if (strategy === undefined || !Object.hasOwn(strategies, label)) throw withoutStrategy(label, strategies);
    const isRule = isPlainObject(variables) && 'match' in variables;
    return {
      ...parseRule(`partition(rules).${truncate(label)}`, isRule ? variables : { match: variables }),
      strategy,
    };
  });
}

function byRules(rules: readonly PartitionRule[], { default: fallback }: PartitionDefault): ClippingStrategy {
  if (rules.length === 0) {
    throw new ClippingError('bad-option', '`partition(rules)` must have at least one rule; received none.');
  }
  const groups = rules.map(({ strategy }, place) => ({ prefix: String(place), strategy }));
  const options = {
    rules: rules.map(({ match, exclude, strategy }) => ({
      match,
      ...(exclude === undefined ? {} : { exclude }),
      strategy: specOf(strategy),
    })),
    ...(fallback === undefined ? {} : { default: specOf(fallback) }),
  };
  const place = (variable: string): number => rules.findIndex((rule) => fitsRule(rule, variable));
  const expectUse = (variables: readonly string[]): void => {
    const used = new Set(variables.map(place));
    rules.forEach((rule, index) => {
      if (!used.has(index)) throw uselessRule(rule, variables);
    });
  };
  const saved = rules.some(hasPredicate)
    ? unserializable(options, 'A `partition` with a predicate cannot be saved. Say which variables by globs instead.')
    : Object.freeze(options);
  return grouped(saved, groups, fallback, (variable) => groups[place(variable)], expectUse);
}

function byLabelOf(
  labelOf: (variable: string) => string | undefined,
  strategies: Readonly<Record<string, ClippingStrategy>> & PartitionDefault,
): ClippingStrategy {
  const { default: fallback, ...labelled } = strategies;
  const groups = Object.values(labelled).map((strategy, place) => ({ prefix: String(place), strategy }));
  const labels = Object.keys(labelled);
  const options = unserializable(
    { labelOf, strategies: Object.fromEntries(Object.entries(strategies).map(([name, one]) => [name, specOf(one)])) },
    'A `partition` by a function cannot be saved. Give it rules with globs instead.',
  );
  return grouped(options, groups, fallback, (variable) => {
    const label = labelOf(variable);
    if (label === undefined || label === 'default') return undefined;
    const group = groups[labels.indexOf(label)];
    if (group === undefined) throw withoutStrategy(label, strategies, variable);
    return group;
  });
}

function grouped(
  options: Readonly<Record<string, unknown>>,
  groups: readonly Group[],
  fallback: ClippingStrategy | undefined,
  groupOf: (variable: string) => Group | undefined,
  expectUse: (variables: readonly string[]) => void = () => undefined,
): ClippingStrategy {
  const rest = fallback === undefined ? [] : [{ prefix: 'default', strategy: fallback }];
  const all = [...groups, ...rest];
  // A variable stays in its group, so each is looked up once.
  const homes = new Map<string, Group | undefined>();
  const homeOf = (variable: string): Group | undefined => {
    if (!homes.has(variable)) homes.set(variable, groupOf(variable) ?? rest[0]);
    return homes.get(variable);
  };
  return Object.freeze<ClippingStrategy>({
    id: 'partition',
    options,
    init(parameters) {
      expectUse(Object.keys(parameters));
      return Object.assign(
        {},
        ...all.map((group) => {
          const own = chosen(parameters, (variable) => homeOf(variable) === group);
          return Object.keys(own).length === 0 ? {} : prefixed(group.prefix, group.strategy.init(own));
        }),
      ) as NamedTensors;
    },
    clip(gradients, state, context) {
      const passed: Record<string, NamedTensors[string]> = { ...gradients };
      const after: Record<string, NamedTensors[string]> = {};
      let skip: Scalar | undefined;
      for (const group of all) {
        const belongs = (variable: string): boolean => homeOf(variable) === group;
        const own = chosen(gradients, belongs);
        const memory = childState(group.prefix, state);
        const clipped =
          Object.keys(own).length === 0
            ? { gradients: own, state: memory }
            : group.strategy.clip(own, memory, { ...context, parameters: chosen(context.parameters, belongs) });
        Object.assign(passed, clipped.gradients);
        Object.assign(after, prefixed(group.prefix, clipped.state));
        if (clipped.skip) skip = skip === undefined ? clipped.skip : maximum(skip, clipped.skip);
      }
      return { gradients: passed, state: after, ...(skip === undefined ? {} : { skip }) };
    },
  });
}

function chosen(tensors: NamedTensors, belongs: (variable: string) => boolean): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).filter(([variable]) => belongs(variable)));
}

/** {@link partition} in JSON: `{ id: "partition", options: { rules: [{ match, strategy: spec }], default: spec } }`. */
export const partitionCombinator: Combinator = {
  id: 'partition',
  fromOptions(options, create) {
    assertOptionNames('partition', options, ['rules', 'default']);
    const { rules, default: fallback } = options;
    if (!Array.isArray(rules)) {
      const form = '{ "match": "lstm*", "strategy": spec }';
      const received = formatValue(rules);
      throw new ClippingError(
        'bad-option',
        `\`partition({ rules })\` must be a list of ${form}; received ${received}.`,
      );
    }
    return partition(
      rules.map((given: unknown) => {
        const rule = (isPlainObject(given) ? given : {}) as VariableRule & Record<'strategy', StrategySpec>;
        assertOptionNames('partition({ rules })', rule, ['match', 'exclude', 'strategy']);
        return { ...rule, strategy: create(rule.strategy) };
      }),
      fallback === undefined ? {} : { default: create(fallback) },
    );
  },
};
