/**
 * Labelled sentences, read from a table and turned into numbered words.
 *
 * @module
 */

import { LabError } from '../errors.ts';
import { columnNamed, tableOf } from './_table.ts';

const TEXT_NAMES = ['text', 'sentence', 'review', 'comment', 'message'];
const LABEL_NAMES = ['label', 'class', 'sentiment', 'category', 'rating'];
const MOST_LABELS = 50;

/** A sentence as words, and its class by number. */
export interface Sentence {
  readonly words: readonly string[];
  readonly label: number;
}

/** All sentences of a file, none twice, and the names of the classes. */
export interface Sentences {
  readonly labels: readonly string[];
  readonly sentences: readonly Sentence[];
}

/**
 * Reads a table with a column of texts and a column of labels.
 *
 * Of sentences with the same words only the first is kept, so that none can be both trained on and scored.
 *
 * @throws LabError naming the line that lacks its text or its label
 */
export function sentencesIn(text: string): Sentences {
  const { columns, rows } = tableOf(text);
  const [textColumn, labelColumn] = columnsOf(columns);
  const byWords = new Map<string, { words: readonly string[]; label: string }>();
  for (const { line, cells } of rows) {
    const [said, label] = [cells[textColumn]?.trim() ?? '', cells[labelColumn]?.trim() ?? ''];
    if (said === '') throw new LabError(`Line ${line}: \`${columns[textColumn] ?? ''}\` is empty.`);
    if (label === '') throw new LabError(`Line ${line}: \`${columns[labelColumn] ?? ''}\` is empty.`);
    const words = wordsOf(said);
    const key = words.length > 0 ? words.join(' ') : said;
    if (!byWords.has(key)) byWords.set(key, { words, label });
  }
  const labels = [...new Set([...byWords.values()].map(({ label }) => label))].sort();
  if (labels.length < 2) throw new LabError(`Every text has the label \`${labels[0] ?? ''}\`; two are needed.`);
  if (labels.length > MOST_LABELS) {
    throw new LabError(
      `There are ${labels.length} different labels in \`${columns[labelColumn] ?? ''}\`; at most ${MOST_LABELS} can be told apart.`,
    );
  }
  const sentences = [...byWords.values()].map(({ words, label }) => ({ words, label: labels.indexOf(label) }));
  return { labels, sentences };
}

/** The words of a text in lower case; `!` and `?` count as words. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFC')
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{M}\p{N}]+(?:'\p{L}+)*|[!?]/gu) ?? []
  );
}

/** Stands before the words of short sentences. */
export const PADDING = 0;

/** Stands for every word that is not in the vocabulary. */
export const UNKNOWN = 1;

/** Numbers, from 2, for the words that occur at least twice, the most frequent ones if there are too many. */
export function vocabularyOf(sentences: readonly Sentence[], most: number): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { words } of sentences) for (const word of words) times.set(word, (times.get(word) ?? 0) + 1);
  const known = [...times].filter(([, count]) => count > 1);
  // Equal counts are ordered by code point, so the vocabulary depends on the text alone.
  const byFrequency = known.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, most);
  return new Map(byFrequency.map(([word], index) => [word, index + 2]));
}

/** The numbers of the last `length` words, with padding before them. */
export function numbered({ words }: Sentence, vocabulary: ReadonlyMap<string, number>, length: number): Int32Array {
  const ids = new Int32Array(length).fill(PADDING);
  const last = words.slice(-length);
  ids.set(
    last.map((word) => vocabulary.get(word) ?? UNKNOWN),
    length - last.length,
  );
  return ids;
}

function columnsOf(columns: readonly string[]): [text: number, label: number] {
  const [text, label] = [columnNamed(columns, TEXT_NAMES), columnNamed(columns, LABEL_NAMES)];
  if (text !== undefined && label !== undefined) return [text, label];
  const there = columns.map((name) => `\`${name}\``).join(', ');
  throw new LabError(`The header must name a column \`text\` and a column \`label\`; there is ${there}.`);
}
