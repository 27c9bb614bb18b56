// How many backends and random sequences are tested. `npm test` runs all of them. Mutation testing runs the suite
// thousands of times, so it takes a few of each kind and may miss mutants that the rest would kill.

// Browsers have no `process`.
/** Whether the tests run under mutation testing. */
export const brief = typeof process !== 'undefined' && process.env['GRADCLIP_TESTS'] === 'brief';

/** The backends of Node on which strategies and optimizers are tested. */
export const BACKENDS: readonly string[] = brief ? ['cpu'] : ['cpu', 'wasm'];

/** How many of these seeded sequences are compared with an oracle. */
export function sequencesOf(count: number): number {
  return brief ? Math.min(count, 4) : count;
}

/** Returns all items, or under mutation testing the first few. */
export function fewOf<Kind>(
  all: Readonly<Record<string, Kind>>,
  few: readonly string[],
): Readonly<Record<string, Kind>> {
  return brief ? Object.fromEntries(Object.entries(all).filter(([name]) => few.includes(name))) : all;
}
