// How much of the same is tested again. `npm test` compares all of it. Mutation testing runs the suite thousands of
// times and takes a few of each kind; with the rest it could only find more.

// A browser has no process.
const brief = typeof process !== 'undefined' && process.env['GRADCLIP_TESTS'] === 'brief';

/** The backends of Node on which strategies and optimizers are tested. */
export const BACKENDS: readonly string[] = brief ? ['cpu'] : ['cpu', 'wasm'];

/** How many of these seeded sequences are compared with an oracle. */
export function sequencesOf(count: number): number {
  return brief ? Math.min(count, 4) : count;
}

/** All of these, or the few that differ most. */
export function fewOf<Kind>(
  all: Readonly<Record<string, Kind>>,
  few: readonly string[],
): Readonly<Record<string, Kind>> {
  return brief ? Object.fromEntries(Object.entries(all).filter(([name]) => few.includes(name))) : all;
}
