import { ClippingError, formatValue, inBackticks } from '../core/errors.ts';
import { matchesVariable } from '../core/names.ts';

/**
 * Selects variables: a name, a glob such as `lstm*`, or a predicate over names.
 *
 * A glob that matches a layer matches all its variables. tf.layers numbers a weight whose name is taken: if a model is
 * loaded next to another one, its `lstm/kernel` becomes `lstm/kernel_1`. Globs match both names.
 *
 * @category Combinators
 */
export type VariableMatch = string | ((variable: string) => boolean);

/**
 * The variables of one rule of {@link partition}.
 *
 * @category Combinators
 */
export interface VariableRule {
  /** The variables to match: one match, or a list of alternatives. */
  readonly match: VariableMatch | readonly VariableMatch[];
  /** Variables to leave out; they follow the next rule that matches. */
  readonly exclude?: VariableMatch | readonly VariableMatch[];
}

/**
 * Validates and copies a rule.
 *
 * @param call - The rule's argument, for the message.
 * @throws ClippingError `bad-option`.
 */
export function parseRule(call: string, rule: unknown): VariableRule {
  const { match, exclude } = (rule ?? {}) as Partial<VariableRule>;
  return {
    match: parseMatch(`${call}.match`, match),
    ...(exclude === undefined ? {} : { exclude: parseMatch(`${call}.exclude`, exclude) }),
  };
}

function parseMatch(call: string, value: unknown): VariableRule['match'] {
  const matches: unknown[] = Array.isArray(value) ? [...(value as unknown[])] : [value];
  const isMatch = (one: unknown): boolean => typeof one === 'function' || (typeof one === 'string' && one !== '');
  if (matches.length > 0 && matches.every(isMatch)) {
    return Array.isArray(value) ? (matches as VariableMatch[]) : (value as VariableMatch);
  }
  throw new ClippingError(
    'bad-option',
    `\`${call}\` must be a name, a glob such as 'lstm*', a predicate, or a list of these; received ${formatValue(value)}.`,
  );
}

/** Whether a rule matches a variable. */
export function matchesRule({ match, exclude }: VariableRule, variable: string): boolean {
  return matchesAny(match, variable) && !(exclude !== undefined && matchesAny(exclude, variable));
}

function matchesAny(matches: VariableRule['match'], variable: string): boolean {
  return [matches]
    .flat()
    .some((match) => (typeof match === 'function' ? match(variable) : matchesVariable(match, variable)));
}

/** Whether a rule has a predicate, which JSON cannot express. */
export function hasPredicate({ match, exclude }: VariableRule): boolean {
  return [match, exclude ?? []].flat().some((one) => typeof one === 'function');
}

/** Renders a rule for a message. */
export function formatRule({ match, exclude }: VariableRule): string {
  const format = (matches: VariableRule['match']): string =>
    [matches]
      .flat()
      .map((one) => (typeof one === 'function' ? 'a predicate' : inBackticks(one)))
      .join(' or ');
  return exclude === undefined ? format(match) : `${format(match)} except ${format(exclude)}`;
}
