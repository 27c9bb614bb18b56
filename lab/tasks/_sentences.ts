/**
 * Parses labelled sentences from a table and encodes their words as numbers.
 *
 * @module
 */

import { LabError } from '../errors.ts';
import { findColumn, parseTable } from './_table.ts';

const TEXT_COLUMNS = ['text', 'sentence', 'review', 'comment', 'message'];
const LABEL_COLUMNS = ['label', 'class', 'sentiment', 'category', 'rating'];
const MAX_LABELS = 50;

/** The words of a sentence and the index of its class. */
export interface Sentence {
  readonly words: readonly string[];
  readonly label: number;
}

/** The distinct sentences of a file and the names of the classes. */
export interface Sentences {
  readonly labels: readonly string[];
  readonly sentences: readonly Sentence[];
}

/**
 * Parses a table with a text column and a label column.
 *
 * Keeps the first of several sentences with the same words, so that no sentence is both trained on and scored.
 *
 * @throws LabError that names the first line without a text or a label
 */
export function parseSentences(text: string): Sentences {
  const { columns, rows } = parseTable(text);
  const [textColumn, labelColumn] = findColumns(columns);
  const byWords = new Map<string, { words: readonly string[]; label: string }>();
  for (const { line, cells } of rows) {
    const [content, label] = [cells[textColumn]?.trim() ?? '', cells[labelColumn]?.trim() ?? ''];
    if (content === '') throw new LabError(`Line ${line}: \`${columns[textColumn] ?? ''}\` is empty.`);
    if (label === '') throw new LabError(`Line ${line}: \`${columns[labelColumn] ?? ''}\` is empty.`);
    const words = splitWords(content);
    const key = words.length > 0 ? words.join(' ') : content;
    if (!byWords.has(key)) byWords.set(key, { words, label });
  }
  const labels = [...new Set([...byWords.values()].map(({ label }) => label))].sort();
  if (labels.length < 2)
    throw new LabError(`Every text has the label \`${labels[0] ?? ''}\`. At least two labels are required.`);
  if (labels.length > MAX_LABELS) {
    throw new LabError(
      `The column \`${columns[labelColumn] ?? ''}\` has ${labels.length} different labels. At most ${MAX_LABELS} are allowed.`,
    );
  }
  const sentences = [...byWords.values()].map(({ words, label }) => ({ words, label: labels.indexOf(label) }));
  return { labels, sentences };
}

/** Splits a text into words in lower case. `!` and `?` count as words. */
export function splitWords(text: string): string[] {
  return (
    text
      .normalize('NFC')
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{M}\p{N}]+(?:'\p{L}+)*|[!?]/gu) ?? []
  );
}

/** The id before the words of short sentences. */
export const PADDING = 0;

/** The id of every word outside the vocabulary. */
export const UNKNOWN = 1;

/** Assigns ids from 2 to the most frequent words that occur at least twice. */
export function createVocabulary(sentences: readonly Sentence[], maxSize: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { words } of sentences) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const repeated = [...counts].filter(([, count]) => count > 1);
  // Ties are ordered by code point, so the vocabulary depends on the text alone.
  const byFrequency = repeated.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, maxSize);
  return new Map(byFrequency.map(([word], index) => [word, index + 2]));
}

/** Returns the ids of the last `length` words, padded at the start. */
export function encodeSentence(
  { words }: Sentence,
  vocabulary: ReadonlyMap<string, number>,
  length: number,
): Int32Array {
  const ids = new Int32Array(length).fill(PADDING);
  const last = words.slice(-length);
  ids.set(
    last.map((word) => vocabulary.get(word) ?? UNKNOWN),
    length - last.length,
  );
  return ids;
}

function findColumns(columns: readonly string[]): [text: number, label: number] {
  const [text, label] = [findColumn(columns, TEXT_COLUMNS), findColumn(columns, LABEL_COLUMNS)];
  if (text !== undefined && label !== undefined) return [text, label];
  const names = columns.map((name) => `\`${name}\``).join(', ');
  throw new LabError(`The header needs a column \`text\` and a column \`label\`. It has ${names}.`);
}
