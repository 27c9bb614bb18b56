/**
 * The report on a task's data: what was read, what was left out and why.
 *
 * @module
 */

import type { Split } from './_split.ts';

/** A number of examples that were treated in the same way. */
export interface DataNote {
  /** What was done and why, to complete "12 sentences …": "were dropped: duplicates". */
  readonly what: string;
  readonly count: number;
  /** How to avoid it, in a sentence. */
  readonly advice?: string;
}

/** How much of the test part an alphabet or vocabulary covers. */
export interface Coverage {
  /** What is counted, in the plural: "characters". */
  readonly of: string;
  /** The number of symbols with an id of their own, chosen by their frequency in the training part. */
  readonly size: number;
  /** The share of the test part that consists of these symbols. */
  readonly share: number;
  /** Below this share the report warns. */
  readonly warnBelow: number;
  readonly advice?: string;
}

/** The times of a series. */
export interface DateRange {
  readonly first: string;
  readonly last: string;
  /** The usual time between two rows. */
  readonly step: string;
  /** The number of gaps. No window crosses one. */
  readonly gaps: number;
  /** The longest gap and where it is; absent if there is none. */
  readonly longestGap?: string;
}

/** What a task read from its data. Stored with every run and in the summary. */
export interface DataReport {
  /** What `read` and the notes count, in the plural: "sentences". */
  readonly unit: string;
  /** The number of examples in the data. */
  readonly read: number;
  /** The examples that no part contains. */
  readonly dropped: readonly DataNote[];
  /** The examples that were changed, for example cut. */
  readonly changed: readonly DataNote[];
  /** What the sizes of the parts count, in the plural. */
  readonly partUnit: string;
  readonly parts: { readonly training: number; readonly validation: number; readonly test: number };
  /** How many examples of each held-out part are scored. */
  readonly scored: { readonly validation: number; readonly test: number };
  /** The number of examples of each class. */
  readonly classes?: Readonly<Record<string, number>>;
  readonly coverage?: readonly Coverage[];
  readonly dates?: DateRange;
  /** Examples far outside the usual range. They are kept. */
  readonly outliers?: DataNote;
  /** One sentence for everything that concerns more than 1 % of the data. */
  readonly warnings: readonly string[];
}

/** The share of the data above which a note becomes a warning. */
const WARN_ABOVE = 0.01;

/** Creates a report, and the warnings from its facts. */
export function createDataReport(facts: Omit<DataReport, 'warnings'>): DataReport {
  const { unit, read, coverage = [], outliers } = facts;
  const dropped = facts.dropped.filter(({ count }) => count > 0);
  const changed = facts.changed.filter(({ count }) => count > 0);
  const notes = [...dropped, ...changed, ...(outliers ? [outliers] : [])];
  const ofNotes = notes
    .filter(({ count }) => count > WARN_ABOVE * read)
    .map(({ what, count, advice }) => join(`${formatShare(count / read)} of the ${unit} ${what}.`, advice));
  const ofCoverage = coverage
    .filter(({ share, warnBelow }) => share < warnBelow)
    .map(({ of, share, size, advice }) =>
      join(`${formatShare(1 - share)} of the ${of} in the test part are none of the ${size} known ${of}.`, advice),
    );
  return { ...facts, dropped, changed, warnings: [...ofNotes, ...ofCoverage] };
}

/** The sizes of the parts. */
export function sizesOf({ training, validation, test }: Split<unknown>): DataReport['parts'] {
  return { training: training.length, validation: validation.length, test: test.length };
}

/** Counts examples by label, most frequent first. */
export function countClasses(labels: Iterable<string>): Record<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}

/** Formats a share in per cent: `0.47` as "47 %". */
export function formatShare(share: number): string {
  const percent = 100 * share;
  // Rounded down, so that only all is 100 %.
  if (percent > 99) return `${Math.floor(100 * percent) / 100} %`;
  return `${percent >= 10 ? Math.round(percent) : Number(percent.toPrecision(2))} %`;
}

function join(sentence: string, advice: string | undefined): string {
  return advice === undefined ? sentence : `${sentence} ${advice}`;
}
