/**
 * Medians in milliseconds of contestants that take turns in another order each round, so that all meet the same
 * weather and none always finds the caches as one and the same other left them.
 *
 * With `tidyUp` the garbage of each is collected before the next begins, which else would pay for it; that needs
 * `node --expose-gc`, and is worth its time where garbage is many megabytes.
 */
export function race<Name extends string>(
  contestants: Readonly<Record<Name, () => void>>,
  { rounds, warmUp = 5, tidyUp = false }: { rounds: number; warmUp?: number; tidyUp?: boolean },
): Record<Name, number> {
  const names = Object.keys(contestants) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round += 1)
    for (const name of shuffled(names)) {
      if (tidyUp) globalThis.gc?.();
      const start = performance.now();
      contestants[name]();
      const spent = performance.now() - start;
      if (round >= 0) times.get(name)?.push(spent);
    }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<Name, number>;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[ascending.length >> 1] ?? NaN;
}

function shuffled<Value>(values: readonly Value[]): Value[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ value }) => value);
}
