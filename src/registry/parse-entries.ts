import { ClippingError, formatValue } from '../core/errors.ts';
import { isCombinator, isSameEntry, type Registrable } from '../core/known.ts';

/**
 * Validates strategy factories, strategies and combinators, and returns them by id.
 *
 * @throws ClippingError `bad-spec` for any other entry, `duplicate-id` for two different entries with the same id.
 */
export function parseEntries(entries: Iterable<Registrable>): ReadonlyMap<string, Registrable> {
  const byId = new Map<string, Registrable>();
  for (const entry of entries) {
    assertRegistrable(entry);
    const { id } = entry;
    const existing = byId.get(id);
    if (existing !== undefined && !isSameEntry(existing, entry)) {
      const kind = isCombinator(existing) ? 'a combinator' : 'another strategy';
      throw new ClippingError('duplicate-id', `The id \`${id}\` is taken by ${kind}; choose another id.`);
    }
    byId.set(id, entry);
  }
  return byId;
}

function assertRegistrable(value: unknown): asserts value is Registrable {
  const { id, clip, init, create, fromOptions } = Object(value) as Record<string, unknown>;
  const isStrategy = typeof clip === 'function' && typeof init === 'function';
  const creates = [value, create, fromOptions].some((one) => typeof one === 'function');
  if (typeof id === 'string' && (creates || isStrategy)) return;
  throw new ClippingError(
    'bad-spec',
    'A registry takes strategy factories made by `defineStrategy`, strategies and combinators, each with an `id`; ' +
      `received ${formatValue(value)}.`,
  );
}
