import { LabError } from '../errors.ts';

/** Stands for every character that is not in the alphabet. */
export const RARE = '\uFFFD';

/** A text as numbers. */
export interface EncodedText {
  /** The characters, by number. */
  readonly alphabet: readonly string[];
  /** The text, character by character. */
  readonly ids: Int32Array;
}

/**
 * Numbers the characters of a text: the most frequent ones get a number each, and all others share one.
 *
 * @throws LabError for a text shorter than `atLeast` characters or of fewer than two different ones
 */
export function encoded(text: string, limits: { readonly alphabet: number; readonly atLeast: number }): EncodedText {
  const characters = [...text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')];
  if (characters.length < limits.atLeast) {
    throw new LabError(
      `The text has ${count(characters.length)}; training needs at least ${limits.atLeast}. Use a longer text.`,
    );
  }
  const times = new Map<string, number>();
  for (const one of characters) times.set(one, (times.get(one) ?? 0) + 1);
  if (times.size < 2) throw new LabError('The text repeats a single character; there is nothing to learn from it.');

  // Equal counts are ordered by code point, so the alphabet depends on the text alone.
  const byFrequency = [...times].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([one]) => one);
  const kept = byFrequency.slice(0, byFrequency.length > limits.alphabet ? limits.alphabet - 1 : limits.alphabet);
  const alphabet = [...kept.sort(), ...(kept.length < byFrequency.length ? [RARE] : [])];
  const ids = new Map(alphabet.map((one, id) => [one, id]));
  return { alphabet, ids: Int32Array.from(characters, (one) => ids.get(one) ?? alphabet.length - 1) };
}

/**
 * Mean bits that a character of `tested` costs a predictor that knows only how often each occurs in `seen`
 * (each counted once more, so none is impossible).
 */
export function bitsByFrequency(seen: Int32Array, tested: Int32Array, alphabet: number): number {
  const times = new Float64Array(alphabet).fill(1);
  for (const id of seen) times[id]! += 1;
  const total = seen.length + alphabet;
  return tested.reduce((sum, id) => sum - Math.log2(times[id]! / total), 0) / tested.length;
}

function count(length: number): string {
  return length === 1 ? '1 character' : `${length} characters`;
}
