import { ClippingError, inBackticks, truncate } from '../core/errors.ts';
import { nearest } from '../core/suggest.ts';
import { fitsRule, shownRule, type VariableRule } from './rules.ts';

/** A rule under which no variable falls. */
export function uselessRule(rule: VariableRule, variables: readonly string[]): ClippingError {
  const taken = variables.filter((variable) => fitsRule(rule, variable));
  const list = variables.slice(0, 20).join(', ') + (variables.length > 20 ? ` and ${variables.length - 20} more` : '');
  const why =
    taken.length === 0
      ? `which fits no variable; there are ${list}`
      : `but ${taken.join(', ')} already ${taken.length === 1 ? 'falls' : 'fall'} under an earlier rule`;
  return new ClippingError('bad-option', `\`partition\` has a rule for ${shownRule(rule)}, ${why}.`);
}

/** A strategy whose label no rule has. */
export function withoutRule(label: string): ClippingError {
  return new ClippingError(
    'bad-option',
    `\`partition(rules, strategies)\` has a strategy ${inBackticks(label)} but no rule of that label; ` +
      'the strategy of all other variables is called `default`.',
  );
}

/** A label, of a rule or of one variable, that has no strategy. */
export function withoutStrategy(label: string, strategies: object, variable?: string): ClippingError {
  const labels = Object.keys(strategies);
  const meant = nearest(label, labels);
  const advice =
    meant === undefined ? `There are ${truncate(labels.join(', ')) || 'no strategies'}.` : `Did you mean \`${meant}\`?`;
  const what =
    variable === undefined
      ? `The rule ${inBackticks(label)} of \`partition\``
      : `\`${variable}\` is labelled ${inBackticks(label)}, which`;
  return new ClippingError('bad-option', `${what} has no strategy. ${advice}`);
}
