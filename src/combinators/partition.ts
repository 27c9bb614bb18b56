import { assertStrategy } from '../core/assert-strategy.ts';
import type { ClippingStrategy, NamedTensors, StepContext, StrategySpec } from '../core/contract.ts';
import { childEntries, filterNames, mapValues, withPrefix } from '../core/entries.ts';
import { ClippingError, formatValue } from '../core/errors.ts';
import { register, type Combinator } from '../core/known.ts';
import { assertOptionNames } from '../core/options.ts';
import { registeredVariableNames } from '../core/names.ts';
import { isPlainObject } from '../core/plain.ts';
import { specOf } from '../registry/spec.ts';
import { joinSteps } from './child-states.ts';
import { labelWithoutStrategy, unusedRule } from './partition-errors.ts';
import { unserializable } from './unserializable.ts';
import { hasPredicate, matchesRule, parseRule, type VariableRule } from './variable-rules.ts';

/**
 * One rule of {@link partition}: which variables, and how to clip them.
 *
 * @category Combinators
 */
export interface PartitionRule extends VariableRule {
  /** The strategy of these variables. */
  readonly strategy: ClippingStrategy;
}

/**
 * The strategy of the variables that no rule matches.
 *
 * @category Combinators
 */
export interface PartitionDefault {
  /** The strategy of all other variables. Without it, their gradients pass unchanged. */
  readonly default?: ClippingStrategy;
}

type Options = Readonly<Record<string, unknown>>;

/** A strategy and the prefix of its state. */
interface Group {
  readonly prefix: string;
  readonly strategy: ClippingStrategy;
}

/**
 * Clips each group of variables with its own strategy, its own norm and its own state.
 *
 * A variable follows the first rule that matches it. Variables that no rule matches take the `default` strategy; without
 * one, their gradients pass unchanged. A strategy sees only the variables of its group, and does not run in a step in
 * which none of them has a gradient. If any strategy skips the step, the whole step is skipped, and the strategies that did not
 * skip it keep the state they had before.
 *
 * Instead of rules, a function can return the label of each variable, or `undefined` for the default. Predicates and
 * functions train like any rule, but a model that uses them cannot be saved.
 *
 * @throws ClippingError `bad-option` without any rule or, with a function, without any strategy; at the first step,
 *   `bad-option` when a rule matches no variable, not even a frozen one, or when the function returns a label without a
 *   strategy; `bad-spec` for a value that is not a strategy; `not-serializable` when a model with a predicate or function
 *   is saved.
 *
 * @example
 * ```ts
 * import { partition } from 'gradclip';
 * import { globalNorm, perValue } from 'gradclip/strategies';
 *
 * const byRules = partition(
 *   [
 *     { match: ['lstm*', 'gru*'], exclude: 'lstm_LSTM2', strategy: globalNorm({ maxNorm: 0.5 }) },
 *     { match: 'dense*', strategy: perValue({ maxAbs: 1 }) },
 *   ],
 *   { default: globalNorm() },
 * );
 * const byLabel = partition((name) => (name.endsWith('recurrent_kernel') ? 'recurrent' : undefined), {
 *   recurrent: globalNorm({ maxNorm: 0.25 }),
 *   default: globalNorm({ maxNorm: 1 }),
 * });
 * console.log(JSON.stringify(byRules.options), byLabel.id);
 * ```
 *
 * @category Combinators
 */
export function partition(rules: readonly PartitionRule[], others?: PartitionDefault): ClippingStrategy;
export function partition<const Label extends string>(
  labelOf: (variable: string) => Label | undefined,
  strategies: Readonly<Record<Exclude<Label, 'default'>, ClippingStrategy>> & PartitionDefault,
): ClippingStrategy;
export function partition(
  rulesOrLabelOf: readonly PartitionRule[] | ((variable: string) => string | undefined),
  given: object = {},
): ClippingStrategy {
  const isByLabel = typeof rulesOrLabelOf === 'function';
  const strategies = parseStrategies(given, isByLabel ? 1 : 0);
  register(partitionCombinator);
  return isByLabel
    ? partitionByLabel(rulesOrLabelOf, strategies)
    : partitionByRules(parseRules(rulesOrLabelOf), strategies);
}

function parseStrategies(value: unknown, least: number): Readonly<Record<string, ClippingStrategy>> {
  const call = 'partition(…, strategies)';
  if (!isPlainObject(value) || Object.keys(value).length < least) {
    throw new ClippingError(
      'bad-option',
      `\`${call}\` must be an object of ${least > 0 ? 'at least one strategy' : 'strategies'}; received ${formatValue(value)}.`,
    );
  }
  for (const strategy of Object.values(value)) assertStrategy(call, strategy);
  return value as Readonly<Record<string, ClippingStrategy>>;
}

function parseRules(value: unknown): readonly PartitionRule[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new ClippingError(
      'bad-option',
      '`partition(rules)` must be a list of at least one rule, or a function from names to labels; ' +
        `received ${formatValue(value)}.`,
    );
  }
  return Array.from(value as readonly unknown[], (given, index) => {
    const call = `partition(rules)[${index}]`;
    const rule = parseRule(call, given);
    const { strategy } = given as Partial<PartitionRule>;
    assertStrategy(`${call}.strategy`, strategy);
    return { ...rule, strategy };
  });
}

function partitionByRules(rules: readonly PartitionRule[], others: PartitionDefault): ClippingStrategy {
  assertOptionNames('partition(rules, others)', others, ['default']);
  const json = {
    rules: rules.map((rule) => ({ ...rule, strategy: specOf(rule.strategy) })),
    ...(others.default === undefined ? {} : { default: specOf(others.default) }),
  };
  const options = rules.some(hasPredicate)
    ? unserializable(json, 'A `partition` with a predicate cannot be saved; use globs instead.')
    : Object.freeze(json);
  const ruleOf = (variable: string): number => rules.findIndex((rule) => matchesRule(rule, variable));
  const groups = toGroups(rules.map(({ strategy }) => strategy));
  return partitionByGroup(options, groups, others.default, (variable) => groups[ruleOf(variable)], {
    assertUsed(variables) {
      // A rule may be for layers that are frozen, or that another optimizer step trains.
      const used = new Set([...variables, ...registeredVariableNames()].map(ruleOf));
      const unused = rules.find((_, index) => !used.has(index));
      if (unused !== undefined) throw unusedRule(unused, variables);
    },
  });
}

function partitionByLabel(
  labelOf: (variable: string) => string | undefined,
  strategies: Readonly<Record<string, ClippingStrategy>> & PartitionDefault,
): ClippingStrategy {
  const { default: others, ...labelled } = strategies;
  const options = unserializable(
    { labelOf, strategies: mapValues(strategies, specOf) },
    'A `partition` with a function cannot be saved; use rules with globs instead.',
  );
  const labels = Object.keys(labelled);
  const groups = toGroups(Object.values(labelled));
  return partitionByGroup(options, groups, others, (variable) => {
    const label = labelOf(variable);
    if (label === undefined || label === 'default') return undefined;
    const group = groups[labels.indexOf(label)];
    if (group === undefined) throw labelWithoutStrategy(label, Object.keys(strategies), variable);
    return group;
  });
}

function toGroups(strategies: readonly ClippingStrategy[]): Group[] {
  return strategies.map((strategy, index) => ({ prefix: String(index), strategy }));
}

function partitionByGroup(
  options: Options,
  groups: readonly Group[],
  others: ClippingStrategy | undefined,
  groupOf: (variable: string) => Group | undefined,
  { assertUsed }: { readonly assertUsed?: (variables: readonly string[]) => void } = {},
): ClippingStrategy {
  const rest = others === undefined ? undefined : { prefix: 'default', strategy: others };
  const all = rest === undefined ? groups : [...groups, rest];
  // A variable never changes its group, so each is looked up once.
  const groupByVariable = new Map<string, Group | undefined>();
  const select = (tensors: NamedTensors, group: Group): NamedTensors => {
    const belongs = (variable: string): boolean => {
      if (!groupByVariable.has(variable)) groupByVariable.set(variable, groupOf(variable) ?? rest);
      return groupByVariable.get(variable) === group;
    };
    return filterNames(tensors, belongs);
  };
  return Object.freeze<ClippingStrategy>({
    id: 'partition',
    options,
    init(parameters) {
      assertUsed?.(Object.keys(parameters));
      const states = all.map((group) => {
        const own = select(parameters, group);
        return Object.keys(own).length === 0 ? {} : withPrefix(group.prefix, group.strategy.init(own));
      });
      return Object.assign({}, ...states) as NamedTensors;
    },
    clip(gradients, state, context) {
      const clipped: Record<string, NamedTensors[string]> = { ...gradients };
      const steps = all.map((group) => {
        const own = select(gradients, group);
        const before = childEntries(group.prefix, state);
        const result =
          Object.keys(own).length === 0
            ? { gradients: own, state: before }
            : group.strategy.clip(own, before, withParameters(context, select(context.parameters, group)));
        Object.assign(clipped, result.gradients);
        return { prefix: group.prefix, before, result };
      });
      return { gradients: clipped, ...joinSteps(steps, false) };
    },
  });
}

// The step is read only by strategies that depend on it, which `clipGradients` refuses.
function withParameters(context: StepContext, parameters: NamedTensors): StepContext {
  return Object.create(context, { parameters: { value: parameters, enumerable: true } }) as StepContext;
}

/** {@link partition} in JSON: `{ id: "partition", options: { rules: [{ match, strategy: spec }], default: spec } }`. */
export const partitionCombinator: Combinator = {
  id: 'partition',
  fromOptions(options, create) {
    assertOptionNames('partition', options, ['rules', 'default']);
    const { rules, default: others } = options;
    if (!Array.isArray(rules)) {
      throw new ClippingError(
        'bad-option',
        `\`partition({ rules })\` must be a list of { "match": "lstm*", "strategy": spec }; received ${formatValue(rules)}.`,
      );
    }
    return partition(
      rules.map((value: unknown) => {
        const rule = (isPlainObject(value) ? value : {}) as VariableRule & Record<'strategy', StrategySpec>;
        assertOptionNames('partition({ rules })', rule, ['match', 'exclude', 'strategy']);
        return { ...rule, strategy: create(rule.strategy) };
      }),
      others === undefined ? {} : { default: create(others) },
    );
  },
};
