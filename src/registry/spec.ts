import type { ClippingStrategy, StrategySpec } from '../core/contract.ts';
import { ClippingError, formatValue, inBackticks } from '../core/errors.ts';
import { isPlainObject } from '../core/plain.ts';

/**
 * Returns the JSON form of a strategy: `{ id, options }`.
 *
 * @category Combinators
 */
export function specOf({ id, options }: ClippingStrategy): StrategySpec {
  return { id, options };
}

/**
 * Checks the shape of a strategy in JSON; the registry checks its id and its options.
 *
 * @throws ClippingError `bad-spec`.
 */
export function parseSpec(value: unknown): Required<StrategySpec> {
  const spec = value as Partial<StrategySpec>;
  if (!isPlainObject(value) || typeof spec.id !== 'string') {
    const form = '{ "id": "global-norm", "options": { "maxNorm": 1 } }';
    throw new ClippingError('bad-spec', `A strategy spec must have the form ${form}; received ${formatValue(value)}.`);
  }
  const extra = Object.keys(spec).find((name) => name !== 'id' && name !== 'options');
  if (extra !== undefined) {
    throw new ClippingError(
      'bad-spec',
      `A strategy spec has only \`id\` and \`options\`; received ${inBackticks(extra)} as well.`,
    );
  }
  const { id, options = {} } = spec;
  if (!isPlainObject(options)) {
    throw new ClippingError(
      'bad-spec',
      `The options of ${inBackticks(id)} must be an object; received ${formatValue(options)}.`,
    );
  }
  return { id, options };
}
