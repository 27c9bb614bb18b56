/**
 * Parses pairs of texts from tab-separated lines and encodes their characters as numbers.
 *
 * @module
 */

import { LabError } from '../errors.ts';
import { parseTable, requireColumn, type Row } from './_table.ts';
import { RARE_CHARACTER } from './_text.ts';

/** A text and its translation. */
export interface Pair {
  readonly source: string;
  readonly target: string;
}

/** The pairs of a file. */
export interface Pairs {
  /** The pairs that differ in more than case. */
  readonly pairs: readonly Pair[];
  /** The number of pairs in the file. */
  readonly read: number;
}

/**
 * Parses lines of source, tab and target. Text after a second tab is ignored.
 *
 * @param columns the names of two columns, for a table with a header
 * @throws LabError that names the first invalid line
 */
export function parsePairs(text: string, columns = { source: '', target: '' }): Pairs {
  const isTable = columns.source !== '' || columns.target !== '';
  const rows = isTable ? parseColumns(text, columns) : parseLines(text);
  const byText = new Map<string, Pair>();
  for (const { line, cells } of rows) {
    const [source = '', target = ''] = cells.map(normalizeText);
    if (source === '') throw new LabError(`Line ${line}: the text to translate is empty. Write it or remove the line.`);
    if (target === '') throw new LabError(`Line ${line}: the translation is empty. Write it or remove the line.`);
    const key = `${source}\t${target}`.toLowerCase();
    if (!byText.has(key)) byText.set(key, { source, target });
  }
  return { pairs: [...byText.values()], read: rows.length };
}

function parseLines(text: string): Row[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .flatMap((content, index) => {
      if (content.trim() === '') return [];
      const [source, target] = content.split('\t');
      if (source !== undefined && target !== undefined) return [{ line: index + 1, cells: [source, target] }];
      throw new LabError(
        `Line ${index + 1} has no tab. Each line must be a text, a tab and its translation. For a table, set source=COLUMN and target=COLUMN.`,
      );
    });
}

function parseColumns(text: string, { source, target }: { readonly source: string; readonly target: string }): Row[] {
  if (source === '' || target === '') throw new LabError('Set both source=COLUMN and target=COLUMN, or neither.');
  const { columns, rows } = parseTable(text);
  const indices = [requireColumn(columns, source), requireColumn(columns, target)];
  return rows.map(({ line, cells }) => ({ line, cells: indices.map((index) => cells[index] ?? '') }));
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

/** The share of a text that consists of characters with an id of their own. */
export function measureAlphabetCoverage(text: string, { idOf }: Alphabet): number {
  let [known, all] = [0, 0];
  for (const character of text) {
    all += 1;
    if (idOf(character) > 1) known += 1;
  }
  return known / Math.max(1, all);
}

/** Counts the characters (code points) of a text. */
export function countCharacters(text: string): number {
  return [...text].length;
}

function normalizeText(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}
