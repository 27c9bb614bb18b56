/**
 * Parses pairs of texts from tab-separated lines and encodes their characters as numbers.
 *
 * @module
 */

import { LabError } from '../errors.ts';
import { RARE_CHARACTER } from './_text.ts';

/** A text and its translation. */
export interface Pair {
  readonly source: string;
  readonly target: string;
}

/**
 * Parses lines of source, tab and target. Text after a second tab is ignored.
 *
 * Keeps the first of several pairs with the same source, ignoring case, so that no source is both trained on and scored.
 *
 * @throws LabError that names the first invalid line
 */
export function parsePairs(text: string): Pair[] {
  const bySource = new Map<string, Pair>();
  text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .forEach((content, index) => {
      if (content.trim() === '') return;
      const cells = content.split('\t').map(normalizeText);
      const [source, target] = cells;
      if (source === undefined || target === undefined) {
        throw new LabError(`Line ${index + 1} has no tab. Each line must be a text, a tab and its translation.`);
      }
      if (source === '') throw new LabError(`Line ${index + 1}: the text before the tab is empty.`);
      if (target === '') throw new LabError(`Line ${index + 1}: the translation after the tab is empty.`);
      const key = source.toLowerCase();
      if (!bySource.has(key)) bySource.set(key, { source, target });
    });
  return [...bySource.values()];
}

/** The id of the end of a target, and of the start before its first character. */
export const END = 0;

/** The id after the end of a text. Its one-hot vector is all zeros. */
export const NO_CHARACTER = -1;

/** The characters and their ids: 0 is {@link END}, 1 every rare character, then the others. */
export interface Alphabet {
  readonly characters: readonly string[];
  readonly idOf: (character: string) => number;
}

/** Creates an alphabet of the most frequent characters of some texts. */
export function createAlphabet(texts: readonly string[], maxSize: number): Alphabet {
  const counts = new Map<string, number>();
  for (const text of texts) for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  // Ties are ordered by code point, so the alphabet depends on the texts alone.
  const byFrequency = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, maxSize);
  const characters = ['', RARE_CHARACTER, ...byFrequency.map(([character]) => character)];
  const ids = new Map(characters.map((character, id) => [character, id]));
  return { characters, idOf: (character) => ids.get(character) ?? 1 };
}

/** Counts the characters (code points) of a text. */
export function countCharacters(text: string): number {
  return [...text].length;
}

function normalizeText(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}
