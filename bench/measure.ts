/** The quartiles of some times, in milliseconds. */
export interface Quartiles {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
}

interface Rounds {
  readonly rounds: number;
  readonly warmUp?: number;
  readonly collectGarbage?: boolean;
}

/** As {@link compareQuartiles}, but returns the medians alone. */
export function compareTimes<Name extends string>(
  functions: Readonly<Record<Name, () => void>>,
  options: Rounds,
): Record<Name, number> {
  const quartiles = Object.entries<Quartiles>(compareQuartiles(functions, options));
  return Object.fromEntries(quartiles.map(([name, { median }]) => [name, median])) as Record<Name, number>;
}

/**
 * Times functions in turn, in a new order each round, and returns the quartiles of their times.
 *
 * Taking turns exposes all functions to the same load of the machine, and the changing order keeps any of them from always
 * finding the caches as the same other function left them.
 *
 * With `collectGarbage`, garbage is collected before each call, so that no function pays for the garbage of the one before. It
 * needs `node --expose-gc` and is slow, so use it only for calls that allocate many megabytes.
 */
export function compareQuartiles<Name extends string>(
  functions: Readonly<Record<Name, () => void>>,
  { rounds, warmUp = 5, collectGarbage = false }: Rounds,
): Record<Name, Quartiles> {
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
  return Object.fromEntries(names.map((name) => [name, quartilesOf(times.get(name) ?? [])])) as Record<Name, Quartiles>;
}

function quartilesOf(values: readonly number[]): Quartiles {
  const ascending = [...values].sort((a, b) => a - b);
  const at = (share: number) => ascending[Math.floor(share * ascending.length)] ?? NaN;
  return { lower: at(0.25), median: at(0.5), upper: at(0.75) };
}

/** Returns the middle value; the upper one of two. */
export function median(values: readonly number[]): number {
  return quartilesOf(values).median;
}

function shuffle<Value>(values: readonly Value[]): Value[] {
  return values
    .map((value) => ({ value, key: Math.random() }))
    .sort((one, other) => one.key - other.key)
    .map(({ value }) => value);
}
