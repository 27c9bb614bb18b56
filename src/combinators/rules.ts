import { ClippingError, inBackticks, formatValue } from '../core/errors.ts';
import { matchesVariable } from '../core/names.ts';
import { toPlainData } from '../core/plain.ts';

/**
 * Says which variables are meant: a name or glob such as `lstm*`, or a predicate over names.
 *
 * A glob for a layer fits all its variables. tf.layers numbers a weight whose name is taken, so the `lstm/kernel` of
 * a model that is loaded beside the old one is called `lstm/kernel_1`; globs know it by either name.
 *
 * @category Combinators
 */
export type VariableMatch = string | ((variable: string) => boolean);

/**
 * The variables that one rule of {@link partition} is about.
 *
 * @category Combinators
 */
export interface VariableRule {
  /** Which variables: one match, or several of which any may fit. */
  readonly match: VariableMatch | readonly VariableMatch[];
  /** Which of them not; these go on to the next rule. */
  readonly exclude?: VariableMatch | readonly VariableMatch[];
}

/** A rule that can be followed, copied; `call` names it in the message. */
export function parseRule(call: string, rule: unknown): VariableRule {
  const { match, exclude } = (rule ?? {}) as Partial<VariableRule>;
  return {
    match: soundMatch(`${call}.match`, match),
    ...(exclude === undefined ? {} : { exclude: soundMatch(`${call}.exclude`, exclude) }),
  };
}

function soundMatch(call: string, given: unknown): VariableRule['match'] {
  const match = toPlainData(call, given);
  const matches: unknown[] = Array.isArray(match) ? match : [match];
  const sound = matches.every((one) => typeof one === 'function' || (typeof one === 'string' && one !== ''));
  if (sound && matches.length > 0) return match as VariableRule['match'];
  throw new ClippingError(
    'bad-option',
    `\`${call}\` must be a name, a glob such as 'lstm*', a predicate, or a list of these; received ${formatValue(given)}.`,
  );
}

/** Whether a variable falls under a rule. */
export function fitsRule({ match, exclude }: VariableRule, variable: string): boolean {
  return fitsAny(match, variable) && !(exclude !== undefined && fitsAny(exclude, variable));
}

/** Whether a rule holds a predicate, which JSON cannot. */
export function hasPredicate({ match, exclude }: VariableRule): boolean {
  return [match, exclude ?? []].flat().some((one) => typeof one === 'function');
}

/** A rule as a message shows it. */
export function shownRule({ match, exclude }: VariableRule): string {
  const list = (matches: VariableRule['match']): string =>
    [matches]
      .flat()
      .map((one) => (typeof one === 'function' ? 'a predicate' : inBackticks(one)))
      .join(' or ');
  return exclude === undefined ? list(match) : `${list(match)} but ${list(exclude)}`;
}

function fitsAny(matches: VariableRule['match'], variable: string): boolean {
  return [matches]
    .flat()
    .some((match) => (typeof match === 'function' ? match(variable) : matchesVariable(match, variable)));
}
