import * as v from 'valibot';
import { ClippingError, inBackticks, formatValue } from './errors.ts';
import type { Fields, ResolvedOptions } from './fields.ts';
import { rejectUnreadable } from './plain.ts';
import { nearest } from './suggest.ts';

/**
 * Fills in the defaults and refuses what the fields do not allow. The options are plain already.
 *
 * @throws ClippingError `unknown-option` for a name the strategy does not have, `bad-option` for a value outside
 *   its range, both before anything is trained.
 */
export function resolveOptions<F extends Fields>(
  id: string,
  fields: F,
  options: Readonly<Record<string, unknown>>,
): ResolvedOptions<F> {
  assertOptionNames(id, options, Object.keys(fields));
  const resolved: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = options[name];
    resolved[name] = value === undefined ? field.default : checked(id, name, field, value);
  }
  return Object.freeze(resolved) as ResolvedOptions<F>;
}

/**
 * Refuses options of other names than the known ones.
 *
 * @throws ClippingError `unknown-option`, with the names there are and the one that was probably meant.
 */
export function assertOptionNames(id: string, given: object, known: readonly string[]): void {
  for (const name of Object.keys(given)) if (!known.includes(name)) throw unknownOption(id, name, known);
}

function checked(id: string, name: string, field: Fields[string], value: unknown): unknown {
  const result = rejectUnreadable(`${id}({ ${name} })`, () => v.safeParse(field.schema, value, { abortEarly: true }));
  if (result.success) return result.output;
  throw new ClippingError(
    'bad-option',
    `\`${id}({ ${name} })\` must be ${field.rule}; received ${formatValue(value)}.`,
  );
}

function unknownOption(id: string, name: string, known: readonly string[]): ClippingError {
  if (known.length === 0) {
    return new ClippingError('unknown-option', `\`${id}\` takes no options; received ${inBackticks(name)}.`);
  }
  const meant = nearest(name, known);
  const advice = meant === undefined ? '' : ` Did you mean \`${meant}\`?`;
  const list = known.map((one) => `\`${one}\``).join(', ');
  return new ClippingError('unknown-option', `\`${id}\` has no option ${inBackticks(name)}; it has ${list}.${advice}`);
}
