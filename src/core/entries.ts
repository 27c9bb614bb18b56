type Entries<Value> = Readonly<Record<string, Value>>;

/** The value of an entry; undefined for a name that is only inherited, such as `toString`. */
export function ownValue<Value>(entries: Entries<Value>, name: string): Value | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

/** Changes the value of each entry. */
export function mapValues<Name extends string, Value, Result>(
  entries: Readonly<Record<Name, Value>>,
  change: (value: Value, name: string) => Result,
): Record<Name, Result> {
  const changed = Object.entries<Value>(entries).map(([name, value]) => [name, change(value, name)]);
  return Object.fromEntries(changed) as Record<Name, Result>;
}

/** Changes the name of each entry. */
export function mapNames<Value>(entries: Entries<Value>, change: (name: string) => string): Record<string, Value> {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [change(name), value]));
}

/** Keeps the entries whose names pass a test. */
export function filterNames<Value>(entries: Entries<Value>, isKept: (name: string) => boolean): Record<string, Value> {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => isKept(name)));
}

/** The entries under a prefix, without the prefix. */
export function childEntries<Value>(prefix: string, entries: Entries<Value>): Record<string, Value> {
  const start = `${prefix}/`;
  return mapNames(
    filterNames(entries, (name) => name.startsWith(start)),
    (name) => name.slice(start.length),
  );
}

/** The entries with a prefix before each name. */
export function withPrefix<Value>(prefix: string, entries: Entries<Value>): Record<string, Value> {
  return mapNames(entries, (name) => `${prefix}/${name}`);
}
