import { ClippingError, inBackticks, listNames, truncate } from '../core/errors.ts';
import { nearest } from '../core/suggest.ts';
import { formatRule, matchesRule, type VariableRule } from './variable-rules.ts';

/** The error for a rule that no variable follows. */
export function unusedRule(rule: VariableRule, variables: readonly string[]): ClippingError {
  const matched = variables.filter((variable) => matchesRule(rule, variable));
  const reason =
    matched.length === 0
      ? `matches no variable; the variables are ${listNames(variables)}`
      : `takes no variable: an earlier rule takes ${listNames(matched)}`;
  return new ClippingError('bad-option', `\`partition\`: the rule for ${formatRule(rule)} ${reason}.`);
}

/** The error for a label that has no strategy. */
export function labelWithoutStrategy(label: string, labels: readonly string[], variable: string): ClippingError {
  const closest = nearest(label, labels);
  const hint =
    closest === undefined ? `The labels are ${truncate(labels.join(', '))}.` : `Did you mean \`${closest}\`?`;
  return new ClippingError(
    'bad-option',
    `\`partition(labelOf, strategies)\` has no strategy ${inBackticks(label)}, the label of \`${variable}\`. ${hint}`,
  );
}
