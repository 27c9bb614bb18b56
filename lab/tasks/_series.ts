/**
 * Parses a series of numbers from a table.
 *
 * @module
 */

import Papa from 'papaparse';
import { LabError } from '../errors.ts';
import type { DataNote, DateRange } from './_data-report.ts';
import { formatDuration, isDate, parseDates, undoClockChanges, usualStep, type DateOrder } from './_dates.ts';
import { hasNumbers, parseNumbers, type Cell, type DecimalStyle } from './_numbers.ts';
import { findColumn, formatCell, formatColumns, parseTable, requireColumn, type Table } from './_table.ts';

/** Describes the files that a series can be read from. */
export const SERIES_FILE =
  'a CSV file with a header, a numeric column and optionally a `date` column (FILE#COLUMN selects the column)';

const DATE_COLUMNS = ['date', 'datetime', 'day', 'time', 'timestamp', 'ds', 'dt', 'datum', 'valid', 'utc'];

/** The name of an index that pandas wrote, and of one that it read and wrote again. */
const INDEX_COLUMN = /^(unnamed: \d+)?$/i;

/** The settings of tasks that read a series. */
export const SERIES_SETTINGS = { column: '', date: '', missing: 'refuse', decimal: 'auto', dates: 'auto' };

/** The permitted values of {@link SERIES_SETTINGS}. */
export const SERIES_CHOICES = {
  missing: ['refuse', 'skip', 'fill'],
  decimal: ['auto', 'point', 'comma'],
  dates: ['auto', 'dmy', 'mdy'],
};

/** One number and its line in the file. */
export interface Reading {
  readonly line: number;
  readonly value: number;
  /** Whether values are missing between this reading and the one before it. */
  readonly followsGap: boolean;
}

/** The numbers of a column, oldest first. */
export interface Series {
  readonly column: string;
  readonly readings: readonly Reading[];
  /** The number of rows in the file. */
  readonly read: number;
  readonly dropped: readonly DataNote[];
  readonly changed: readonly DataNote[];
  readonly dates?: DateRange;
}

/** How to read a series. */
export interface SeriesOptions {
  /** The columns to use if `column` is empty, in this order. */
  readonly preferred: readonly string[];
  /** The longest time between neighbours, in usual steps of the series. */
  readonly longestStep: number;
  readonly column: string;
  readonly date: string;
  readonly missing: string;
  readonly decimal: string;
  readonly dates: string;
}

/**
 * Parses the numbers of a column, oldest first.
 *
 * The column is the chosen one, the first preferred one that exists, or the only numeric one.
 *
 * @throws LabError that names the first line with an invalid number or a date out of order
 */
export function parseSeries(text: string, options: SeriesOptions): Series {
  const table = parseTable(text);
  const date = findDateColumn(table, options.date);
  const column = chooseColumn(table, date, options);
  const name = table.columns[column] as string;
  const values = parseNumbers(name, cellsOf(table, column), options.decimal as DecimalStyle);
  const times = date === undefined ? undefined : parseTimes(table, date, options.dates as DateOrder);
  let rows = table.rows.map(({ line }, index) => ({ line, value: values[index]!, time: times?.[index] }));
  if (times && times.at(-1)! < times[0]!) rows.reverse();

  const missing = rows.filter(({ value }) => Number.isNaN(value));
  const [first] = missing;
  if (first !== undefined && options.missing === 'refuse') throw missingError(name, cellsOf(table, column), first.line);
  if (options.missing === 'fill') rows = fillGaps(rows);
  const readings: Reading[] = [];
  const isGap = gapDetector(
    rows.map(({ time }) => time),
    options.longestStep,
  );
  rows.forEach(({ line, value }, index) => {
    if (Number.isNaN(value)) return;
    const previous = rows[index - 1];
    const followsGap = index > 0 && (Number.isNaN(previous?.value) || isGap(index));
    readings.push({ line, value, followsGap });
  });
  const dropped = rows.filter(({ value }) => Number.isNaN(value)).length;
  return {
    column: name,
    readings,
    read: rows.length,
    dropped: [{ what: 'were dropped: no value', count: dropped }],
    changed: [{ what: 'were filled with the last value before them', count: missing.length - dropped }],
    ...describeDates(table, date, rows, isGap),
  };
}

interface SeriesRow {
  readonly line: number;
  readonly value: number;
  readonly time: number | undefined;
}

function missingError(name: string, cells: readonly Cell[], line: number): LabError {
  const text = cells.find((cell) => cell.line === line)?.text ?? '';
  const found = text === '' ? 'is empty' : `is ${formatCell(text)}, which stands for a missing value`;
  return new LabError(
    `Line ${line}: \`${name}\` ${found}. Set missing=skip to leave such rows out, or missing=fill to repeat the value before.`,
  );
}

function fillGaps(rows: readonly SeriesRow[]): SeriesRow[] {
  let last = NaN;
  return rows.map((row) => {
    if (!Number.isNaN(row.value)) last = row.value;
    return { ...row, value: last };
  });
}

/** Returns a function that says whether times are missing before a row. */
function gapDetector(times: readonly (number | undefined)[], longestStep: number): (index: number) => boolean {
  if (times.includes(undefined)) return () => false;
  const known = times as readonly number[];
  const limit = longestStep * usualStep(known);
  return (index) => known[index]! - known[index - 1]! > limit;
}

function describeDates(
  table: Table,
  date: number | undefined,
  rows: readonly SeriesRow[],
  isGap: (index: number) => boolean,
): { readonly dates?: DateRange } {
  if (date === undefined) return {};
  const cellOf = (row: SeriesRow | undefined): string =>
    table.rows.find(({ line }) => line === row?.line)?.cells[date]?.trim() ?? '';
  const times = rows.map(({ time }) => time!);
  const areDates = !table.rows.every(({ cells }) => Math.abs(Number(cells[date])) < 1e7);
  const gaps = rows.flatMap((_, index) => (index > 0 && isGap(index) ? [index] : []));
  const lengthOf = (index: number): number => times[index]! - times[index - 1]!;
  const longest = gaps.reduce((best, index) => (best === 0 || lengthOf(index) > lengthOf(best) ? index : best), 0);
  return {
    dates: {
      first: cellOf(rows[0]),
      last: cellOf(rows.at(-1)),
      step: formatDuration(usualStep(times), areDates),
      gaps: gaps.length,
      ...(longest > 0 && {
        longestGap: `${formatDuration(lengthOf(longest), areDates)} before line ${rows[longest]!.line}`,
      }),
    },
  };
}

/**
 * Reduces a table to its dates and one column. Every row stays on its line.
 *
 * @throws LabError that lists the columns if there is no such column
 */
export function selectColumn(text: string, column: string): string {
  const table = parseTable(text);
  const { columns, rows } = table;
  const index = requireColumn(columns, column);
  const date = findDateColumn(table, '');
  const selected = date === undefined || date === index ? [index] : [date, index];
  const lines: string[] = [Papa.unparse([selected.map((position) => columns[position] || 'date')])];
  for (const { line, cells } of rows) {
    while (lines.length < line - 1) lines.push('');
    lines.push(Papa.unparse([selected.map((position) => cells[position]?.replace(/[\r\n]+/g, ' '))]));
  }
  return lines.join('\n');
}

/** Finds the column of dates: the chosen one, one with a common name, or an unnamed first column of dates. */
function findDateColumn({ columns, rows }: Table, chosen: string): number | undefined {
  if (chosen !== '') return requireColumn(columns, chosen);
  const named = findColumn(columns, DATE_COLUMNS);
  if (named !== undefined) return named;
  return INDEX_COLUMN.test(columns[0] ?? '') && isDate(rows[0]?.cells[0]?.trim() ?? '') ? 0 : undefined;
}

function chooseColumn(
  { columns, rows }: Table,
  date: number | undefined,
  { column, preferred }: SeriesOptions,
): number {
  if (column !== '') return requireColumn(columns, column);
  const known = findColumn(columns, preferred);
  if (known !== undefined) return known;
  const numeric = columns
    .map((_, index) => index)
    .filter((index) => index !== date && !(index === 0 && INDEX_COLUMN.test(columns[0] ?? '')))
    .filter((index) => hasNumbers(rows.map(({ cells }) => cells[index]?.trim() ?? '')));
  const [only, another] = numeric;
  if (only === undefined) {
    const advice = columns.length === 1 ? ' Separate the columns by commas, semicolons or tabs.' : '';
    throw new LabError(`No column is numeric. Available columns: ${formatColumns(columns)}.${advice}`);
  }
  if (another === undefined) return only;
  const names = numeric.map((index) => columns[index] as string);
  throw new LabError(
    `Several columns are numeric: ${formatColumns(names)}. Choose one with --data FILE#COLUMN or column=COLUMN.`,
  );
}

/** Parses the dates of a table; throws a LabError if they neither ascend nor descend. */
function parseTimes(table: Table, date: number, order: DateOrder): number[] {
  const name = table.columns[date] || 'the date';
  const cells = cellsOf(table, date);
  const parsed = parseDates(name, cells, order);
  const isDescending = parsed.at(-1)! < parsed[0]!;
  const ascending = undoClockChanges(isDescending ? parsed.toReversed() : parsed);
  const times = isDescending ? ascending.toReversed() : ascending;
  times.forEach((time, index) => {
    const step = time - (times[index - 1] ?? (isDescending ? Infinity : -Infinity));
    if (isDescending ? step < 0 : step > 0) return;
    const { line, text } = cells[index]!;
    throw new LabError(
      `Line ${line}: the date ${formatCell(text)} is out of order. Sort the rows by date, with one row for each date.`,
    );
  });
  return times;
}

function cellsOf({ rows }: Table, column: number): Cell[] {
  return rows.map(({ line, cells }) => ({ line, text: cells[column]?.trim() ?? '' }));
}
