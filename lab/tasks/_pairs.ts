/**
 * Pairs of texts, read from tab-separated lines and turned into numbered characters.
 *
 * @module
 */

import { LabError } from '../errors.ts';
import { RARE } from './_text.ts';

/** A text and its translation. */
export interface Pair {
  readonly source: string;
  readonly target: string;
}

/**
 * Reads lines of source, tab, target; what stands after a second tab is left out.
 *
 * Of pairs with the same source, whatever its case, only the first is kept, so that none can be both trained on and
 * scored.
 *
 * @throws LabError naming the line that is no pair
 */
export function pairsIn(text: string): Pair[] {
  const bySource = new Map<string, Pair>();
  text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .forEach((content, index) => {
      if (content.trim() === '') return;
      const cells = content.split('\t').map(tidied);
      const [source, target] = cells;
      if (source === undefined || target === undefined) {
        throw new LabError(`Line ${index + 1} has no tab; a line must be a text, a tab and its translation.`);
      }
      if (source === '') throw new LabError(`Line ${index + 1}: the text before the tab is empty.`);
      if (target === '') throw new LabError(`Line ${index + 1}: the translation after the tab is empty.`);
      const key = source.toLowerCase();
      if (!bySource.has(key)) bySource.set(key, { source, target });
    });
  return [...bySource.values()];
}

/** Stands for the end of a target, and before its first character for the beginning. */
export const END = 0;

/** Stands where a text is over; it has no place in a one-hot vector, which is then all zeros. */
export const NOTHING = -1;

/** Characters by number: 0 is {@link END}, 1 every rare character, then the others. */
export interface Alphabet {
  readonly characters: readonly string[];
  readonly idOf: (character: string) => number;
}

/** The most frequent characters of some texts. */
export function alphabetOf(texts: readonly string[], most: number): Alphabet {
  const times = new Map<string, number>();
  for (const text of texts) for (const one of text) times.set(one, (times.get(one) ?? 0) + 1);
  // Equal counts are ordered by code point, so the alphabet depends on the texts alone.
  const byFrequency = [...times].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, most);
  const characters = ['', RARE, ...byFrequency.map(([one]) => one)];
  const ids = new Map(characters.map((one, id) => [one, id]));
  return { characters, idOf: (character) => ids.get(character) ?? 1 };
}

/** How many characters a text has. */
export function lengthOf(text: string): number {
  return [...text].length;
}

function tidied(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}
