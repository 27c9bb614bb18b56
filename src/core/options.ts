import { ClippingError, formatValue, inBackticks, listInBackticks } from './errors.ts';
import type { Fields, ResolvedOptions } from './fields.ts';
import { nearest } from './suggest.ts';

/**
 * Fills in the defaults and rejects what the fields do not allow.
 *
 * @param options - Plain data; see `toPlainOptions`.
 * @throws ClippingError `unknown-option` for a name the strategy does not have, `bad-option` for a value outside
 *   its range.
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
    resolved[name] = value === undefined ? field.default : parseOption(id, name, field, value);
  }
  return Object.freeze(resolved) as ResolvedOptions<F>;
}

/**
 * Rejects options with unknown names.
 *
 * @throws ClippingError `unknown-option`, with the known names and the one that was probably meant.
 */
export function assertOptionNames(id: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) if (!known.includes(name)) throw unknownOption(id, name, known);
}

function parseOption(id: string, name: string, field: Fields[string], value: unknown): unknown {
  const parsed = field.parse(value);
  if (parsed !== undefined) return parsed;
  throw new ClippingError(
    'bad-option',
    `\`${id}({ ${name} })\` must be ${field.rule}; received ${formatValue(value)}.${field.hint?.(value) ?? ''}`,
  );
}

// The words of other libraries for a threshold: clipnorm, max_grad_norm, clip_value, threshold …
function boundLike(name: string, known: readonly string[]): string | undefined {
  if (!/clip|max|threshold|value|delta/i.test(name)) return undefined;
  const bounds = known.filter((each) => /^max[A-Z]|^(norm|ratio|threshold)$/.test(each));
  return bounds.find((each) => /norm/i.test(each) && /norm/i.test(name)) ?? bounds[0];
}

function unknownOption(id: string, name: string, known: readonly string[]): ClippingError {
  if (known.length === 0) {
    return new ClippingError('unknown-option', `\`${id}\` takes no options; received ${inBackticks(name)}.`);
  }
  const suggestion = nearest(name, known) ?? boundLike(name, known);
  const advice = suggestion === undefined ? '' : ` Did you mean \`${suggestion}\`?`;
  const list = listInBackticks(known);
  return new ClippingError('unknown-option', `\`${id}\` has no option ${inBackticks(name)}; it has ${list}.${advice}`);
}
