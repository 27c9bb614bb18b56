import made from 'virtual:catalogue';

/** One option of a strategy, as its own field describes it. */
export interface CatalogueField {
  readonly kind: 'number' | 'integer' | 'choice' | 'flag' | 'names' | 'numbers-by-name' | 'integers';
  readonly default: unknown;
  readonly about: string;
  readonly rule: string;
  readonly min?: number;
  readonly max?: number;
  /** Whether the least value itself is refused. */
  readonly openBelow: boolean;
  /** Whether the greatest value itself is refused. */
  readonly openAbove: boolean;
  readonly choices?: readonly (string | number)[];
  readonly nullable?: boolean;
}

/** One strategy. */
export interface CatalogueStrategy {
  readonly id: string;
  readonly title: string;
  /** The options where none are given. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly fields: Readonly<Record<string, CatalogueField>>;
}

/** One task of the lab. */
export interface CatalogueTask {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly settings: Readonly<Record<string, number>>;
  /** What the training loss is, with its unit. */
  readonly loss: string;
  /** What the final score is, with its unit. */
  readonly metric: string;
}

/** What there is to choose from. */
export interface Catalogue {
  readonly tasks: readonly CatalogueTask[];
  readonly cells: readonly { readonly id: string; readonly title: string }[];
  readonly optimizers: readonly string[];
  readonly strategies: readonly CatalogueStrategy[];
}

/** What there is to choose from, found out when the page was built, so that the page need not bring tfjs along. */
export const catalogue = made as Catalogue;

/** The entry of this id; the set-up has been checked, so there is one. */
export function strategyOf(id: string): CatalogueStrategy {
  return found(catalogue.strategies, id);
}

/** The task of this id; the set-up has been checked, so there is one. */
export function taskOf(id: string): CatalogueTask {
  return found(catalogue.tasks, id);
}

function found<Entry extends { readonly id: string }>(entries: readonly Entry[], id: string): Entry {
  const entry = entries.find((one) => one.id === id);
  if (entry === undefined) throw new Error(`There is no ${id} in the catalogue.`);
  return entry;
}

/** What is wrong with an option, if anything is; rules between options are the strategy's own to check. */
export function problemWithOption({ id, fields }: CatalogueStrategy, name: string, value: unknown): string | undefined {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) return `${id} has no option of this name`;
  if (value === null && field.nullable === true) return undefined;
  return permits(field, value === 'Infinity' ? Infinity : value) ? undefined : `${name} of ${id} must be ${field.rule}`;
}

function permits(field: CatalogueField, value: unknown): boolean {
  const { kind, min = -Infinity, max = Infinity, openBelow, openAbove, choices } = field;
  if (kind === 'flag') return typeof value === 'boolean';
  if (kind === 'choice') return choices?.some((one) => one === value) ?? false;
  // Lists and tables are for code; here they keep their defaults.
  if (kind !== 'number' && kind !== 'integer') return JSON.stringify(value) === JSON.stringify(field.default);
  if (typeof value !== 'number' || (kind === 'integer' && !Number.isInteger(value))) return false;
  return (openBelow ? value > min : value >= min) && (openAbove ? value < max : value <= max);
}
