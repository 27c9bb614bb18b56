/**
 * Parses labelled sentences from a table and encodes their words as numbers.
 *
 * @module
 */

import { LabError } from '../errors.ts';
import type { DataNote } from './_data-report.ts';
import { escapeControls, findColumn, formatCell, formatColumns, parseTable, requireColumn } from './_table.ts';

const TEXT_COLUMNS = ['text', 'sentence', 'review', 'reviews', 'review_text', 'comment', 'message', 'tweet', 'content'];
const LABEL_COLUMNS = ['label', 'class', 'sentiment', 'polarity', 'liked', 'category', 'rating', 'stars', 'target'];
const MAX_LABELS = 50;
const MAX_LABEL = 100;

/** The words of a sentence and the index of its class. */
export interface Sentence {
  readonly words: readonly string[];
  readonly label: number;
}

/** The distinct sentences of a file and the names of the classes. */
export interface Sentences {
  readonly labels: readonly string[];
  readonly sentences: readonly Sentence[];
  /** The number of rows in the file. */
  readonly read: number;
  readonly dropped: readonly DataNote[];
}

/** How to read a table of sentences. */
export interface SentenceOptions {
  /** The name of the column with the texts; found by common names if empty. */
  readonly text: string;
  /** The name of the column with the labels; found by common names if empty. */
  readonly label: string;
  /** `no` if quotes are part of the texts, instead of enclosing cells. */
  readonly quotes: string;
  /** Whether rows without a text or a label are left out; otherwise they are errors. */
  readonly skipMissing: boolean;
}

/**
 * Parses a table with a text column and a label column.
 *
 * Keeps the first of several sentences with the same words, so that no sentence is both trained on and scored.
 *
 * @throws LabError that names the first line without a text or a label
 */
export function parseSentences(text: string, options: SentenceOptions): Sentences {
  const { columns, rows } = parseTable(text, options.quotes);
  const [textColumn, labelColumn] = findColumns(columns, options);
  const byWords = new Map<string, { words: readonly string[]; label: string }>();
  let [missing, duplicates, contradictions] = [0, 0, 0];
  for (const { line, cells } of rows) {
    const [content, label] = [cells[textColumn]?.trim() ?? '', escapeControls(cells[labelColumn]?.trim() ?? '')];
    if (content === '' || label === '') {
      if (!options.skipMissing) {
        const column = columns[content === '' ? textColumn : labelColumn] ?? '';
        throw new LabError(
          `Line ${line}: \`${column}\` is empty. Write it, or set missing=skip to leave such rows out.`,
        );
      }
      missing += 1;
      continue;
    }
    const words = splitWords(content);
    const key = words.length > 0 ? words.join(' ') : content;
    const earlier = byWords.get(key);
    if (earlier === undefined) byWords.set(key, { words, label });
    else if (earlier.label === label) duplicates += 1;
    else contradictions += 1;
  }
  const labels = [...new Set([...byWords.values()].map(({ label }) => label))].sort();
  if (labels.length < 2)
    throw new LabError(`Every text has the label ${formatCell(labels[0] ?? '')}. At least two labels are required.`);
  if (labels.length > MAX_LABELS) {
    throw new LabError(
      `The column \`${columns[labelColumn] ?? ''}\` has ${labels.length} different labels. At most ${MAX_LABELS} are allowed. Set label=COLUMN if another column has the labels.`,
    );
  }
  const long = labels.find((label) => label.length > MAX_LABEL);
  if (long !== undefined) {
    throw new LabError(
      `The label ${formatCell(long)} has ${long.length} characters. At most ${MAX_LABEL} are allowed. Set label=COLUMN if another column has the labels.`,
    );
  }
  const sentences = [...byWords.values()].map(({ words, label }) => ({ words, label: labels.indexOf(label) }));
  const dropped = [
    { what: 'were dropped: no text or no label', count: missing },
    { what: 'were dropped: the same words as an earlier text', count: duplicates },
    { what: 'were dropped: the same words as an earlier text with another label', count: contradictions },
  ];
  return { labels, sentences, read: rows.length, dropped };
}

/** A word of a script that puts no spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/**
 * Splits a text into words in lower case. `!` and `?` count as words.
 *
 * `Intl.Segmenter` finds the words of scripts without spaces, such as Chinese, Japanese and Thai.
 */
export function splitWords(text: string): string[] {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('’', "'")
    .match(/[\p{L}\p{M}\p{N}]+(?:'\p{L}+)*|[!?]/gu);
  return (words ?? []).flatMap((word) =>
    UNSPACED.test(word) ? Array.from(segmenter.segment(word), ({ segment }) => segment) : [word],
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

/** The share of the words of some sentences that the vocabulary contains. */
export function measureVocabularyCoverage(
  sentences: readonly Sentence[],
  vocabulary: ReadonlyMap<string, number>,
): number {
  const words = sentences.flatMap((sentence) => sentence.words);
  return words.filter((word) => vocabulary.has(word)).length / Math.max(1, words.length);
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

function findColumns(columns: readonly string[], chosen: SentenceOptions): [text: number, label: number] {
  const find = (name: string, common: readonly string[]): number | undefined =>
    name === '' ? findColumn(columns, common) : requireColumn(columns, name);
  const [text, label] = [find(chosen.text, TEXT_COLUMNS), find(chosen.label, LABEL_COLUMNS)];
  if (text !== undefined && label !== undefined && text !== label) return [text, label];
  throw new LabError(
    `Which columns are the text and the label? The header has ${formatColumns(columns)}. Set text=COLUMN and label=COLUMN.`,
  );
}
