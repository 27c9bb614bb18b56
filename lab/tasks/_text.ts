import { LabError } from '../errors.ts';

/** Represents every character outside the alphabet. */
export const RARE_CHARACTER = '\uFFFD';

/** A text encoded as numbers. */
export interface EncodedText {
  /** The characters by id. */
  readonly alphabet: readonly string[];
  /** The ids of the text's characters. */
  readonly ids: Int32Array;
}

/**
 * Encodes a text: the most frequent characters get their own ids, and all others share one.
 *
 * @throws LabError for a text with fewer than `atLeast` characters or fewer than two different ones
 */
export function encodeText(text: string, limits: { readonly alphabet: number; readonly atLeast: number }): EncodedText {
  const characters = [...text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')];
  if (characters.length < limits.atLeast) {
    throw new LabError(
      `The text has ${countCharacters(characters.length)}, but training needs at least ${limits.atLeast}. Use a longer text.`,
    );
  }
  const counts = new Map<string, number>();
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
  if (counts.size < 2) throw new LabError('The text repeats a single character. Use a text that varies.');

  // Ties are ordered by code point, so the alphabet depends on the text alone.
  const byFrequency = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([character]) => character);
  const kept = byFrequency.slice(0, byFrequency.length > limits.alphabet ? limits.alphabet - 1 : limits.alphabet);
  const alphabet = [...kept.sort(), ...(kept.length < byFrequency.length ? [RARE_CHARACTER] : [])];
  const ids = new Map(alphabet.map((character, id) => [character, id]));
  return { alphabet, ids: Int32Array.from(characters, (character) => ids.get(character) ?? alphabet.length - 1) };
}

/**
 * The bits per character on `validation` of a predictor that knows only the character frequencies in `training`.
 *
 * Every count is increased by one, so that no character is impossible.
 */
export function unigramBitsPerCharacter(training: Int32Array, validation: Int32Array, alphabet: number): number {
  const counts = new Float64Array(alphabet).fill(1);
  for (const id of training) counts[id]! += 1;
  const total = training.length + alphabet;
  return validation.reduce((sum, id) => sum - Math.log2(counts[id]! / total), 0) / validation.length;
}

function countCharacters(length: number): string {
  return length === 1 ? '1 character' : `${length} characters`;
}
