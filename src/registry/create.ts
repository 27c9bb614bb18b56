import type { ClippingStrategy } from '../core/contract.ts';
import type { AnyStrategyFactory } from '../core/define.ts';
import { ClippingError, formatValue } from '../core/errors.ts';
import { toJson } from '../core/json.ts';
import { isCombinator, isCreator, isFactory, type Registrable } from '../core/known.ts';
import { toPlainData } from '../core/plain.ts';
import { nearest } from '../core/suggest.ts';
import { parseSpec } from './spec.ts';

// Combinators nest; without a limit a malicious spec could exhaust the stack.
const MAX_DEPTH = 32;

type Entries = ReadonlyMap<string, Registrable>;

/**
 * Creates a strategy from JSON, in which combinators may nest.
 *
 * @throws ClippingError `bad-spec` for a malformed spec, `unknown-strategy`, `unknown-option` or `bad-option`.
 */
export function createStrategy(entries: Entries, spec: unknown): ClippingStrategy {
  return create(entries, toPlainData('registry.create', spec), 0);
}

/**
 * Returns the factory of an id.
 *
 * @throws ClippingError `unknown-strategy`, with the closest id.
 */
export function factoryOf(entries: Entries, id: string): AnyStrategyFactory {
  const entry = find(entries, id);
  if (isFactory(entry)) return entry;
  const kind = isCombinator(entry) ? 'a combinator' : isCreator(entry) ? 'created by a class' : 'one fixed strategy';
  throw new ClippingError(
    'unknown-strategy',
    `\`${id}\` is ${kind} and has no factory; create it with \`create({ id: "${id}", options })\`.`,
  );
}

function create(entries: Entries, spec: unknown, depth: number): ClippingStrategy {
  if (depth > MAX_DEPTH) {
    throw new ClippingError('bad-spec', `A strategy spec may nest at most ${MAX_DEPTH} levels; received more.`);
  }
  const { id, options } = parseSpec(spec);
  const entry = find(entries, id);
  if (isFactory(entry)) return (entry as (options: unknown) => ClippingStrategy)(options);
  if (isCombinator(entry)) {
    return entry.fromOptions(
      options,
      (inner) => create(entries, inner, depth + 1),
      (inner) => factoryOf(entries, inner),
    );
  }
  if (isCreator(entry)) return entry.create(options);
  assertSameOptions(entry, options);
  return entry;
}

function find(entries: Entries, id: string): Registrable {
  const entry = entries.get(id);
  if (entry !== undefined) return entry;
  const ids = [...entries.values()]
    .sort((one, other) => Number(isCombinator(one)) - Number(isCombinator(other)))
    .map((known) => known.id);
  const closest = nearest(id, ids);
  const hint = closest === undefined ? `Known ids: ${ids.join(', ') || 'none'}.` : `Did you mean \`${closest}\`?`;
  throw new ClippingError('unknown-strategy', `There is no strategy ${formatValue(id)}. ${hint}`);
}

// A strategy bound as it is cannot be created with other options; a spec may repeat its own.
function assertSameOptions(strategy: ClippingStrategy, options: Readonly<Record<string, unknown>>): void {
  const isSame = Object.entries(options).every(([name, value]) => toJson(value) === toJson(strategy.options[name]));
  if (isSame) return;
  throw new ClippingError(
    'bad-option',
    `\`${strategy.id}\` is one fixed strategy with the options ${formatValue(strategy.options)}; ` +
      `received ${formatValue(options)}. Bind a factory for other options.`,
  );
}
