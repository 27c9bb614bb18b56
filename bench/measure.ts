/**
 * Times functions in turn, in a new order each round, and returns their medians in milliseconds.
 *
 * Taking turns exposes all functions to the same load of the machine, and the changing order keeps any of them from always
 * finding the caches as the same other function left them.
 *
 * With `collectGarbage`, garbage is collected before each call, so that no function pays for the garbage of the one before. It
 * needs `node --expose-gc` and is slow, so use it only for calls that allocate many megabytes.
 */
export function compareTimes<Name extends string>(
  functions: Readonly<Record<Name, () => void>>,
  { rounds, warmUp = 5, collectGarbage = false }: { rounds: number; warmUp?: number; collectGarbage?: boolean },
): Record<Name, number> {
  const names = Object.keys(functions) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round += 1)
    for (const name of shuffle(names)) {
      if (collectGarbage) globalThis.gc?.();
      const start = performance.now();
      functions[name]();
      const elapsed = performance.now() - start;
      if (round >= 0) times.get(name)?.push(elapsed);
    }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<Name, number>;
}

/** Returns the middle value; the upper one of two. */
export function median(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[ascending.length >> 1] ?? NaN;
}

function shuffle<Value>(values: readonly Value[]): Value[] {
  return values
    .map((value) => ({ value, key: Math.random() }))
    .sort((one, other) => one.key - other.key)
    .map(({ value }) => value);
}
