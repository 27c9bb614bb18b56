/**
 * Parses a daily series of numbers from a table.
 *
 * @module
 */

import Papa from 'papaparse';
import { LabError } from '../errors.ts';
import { findColumn, parseTable, type Table } from './_table.ts';

/** Describes the files that a series can be read from. */
export const SERIES_FILE =
  'a UTF-8 CSV file with a header, a numeric column and optionally a `date` column (FILE#COLUMN selects the column)';

const DATE_COLUMNS = ['date', 'day', 'time', 'timestamp', 'datetime'];

/** One number and its line in the file. */
export interface Reading {
  readonly line: number;
  readonly value: number;
}

/**
 * Parses the numbers of a column, oldest first.
 *
 * The column is the first of `preferred` that exists, otherwise the only numeric column.
 *
 * @throws LabError that names the first line with an invalid number or a date out of order
 */
export function parseSeries(text: string, preferred: readonly string[]): Reading[] {
  const table = parseTable(text);
  const column = chooseColumn(table, preferred);
  const name = table.columns[column] as string;
  const readings = table.rows.map(({ line, cells }) => {
    const cell = cells[column]?.trim() ?? '';
    const value = cell === '' ? NaN : Number(cell);
    if (!Number.isFinite(value)) {
      throw new LabError(`Line ${line}: \`${name}\` is ${cell === '' ? 'empty' : `\`${cell}\``}, not a number.`);
    }
    return { line, value };
  });
  return isNewestFirst(table) ? readings.reverse() : readings;
}

/**
 * Reduces a table to its dates and one column. Every row stays on its line.
 *
 * @throws LabError that lists the columns if there is no such column
 */
export function selectColumn(text: string, column: string): string {
  const { columns, rows } = parseTable(text);
  const index = findColumn(columns, [column]);
  if (index === undefined) {
    throw new LabError(`There is no column \`${column}\`. Available columns: ${formatNames(columns)}.`);
  }
  const date = findColumn(columns, DATE_COLUMNS);
  const selected = date === undefined || date === index ? [index] : [date, index];
  const lines: string[] = [Papa.unparse([selected.map((position) => columns[position])])];
  for (const { line, cells } of rows) {
    while (lines.length < line - 1) lines.push('');
    lines.push(Papa.unparse([selected.map((position) => cells[position]?.replace(/[\r\n]+/g, ' '))]));
  }
  return lines.join('\n');
}

function chooseColumn({ columns, rows }: Table, preferred: readonly string[]): number {
  const known = findColumn(columns, preferred);
  if (known !== undefined) return known;
  const date = findColumn(columns, DATE_COLUMNS);
  const numeric = columns
    .map((_, index) => index)
    .filter((index) => index !== date)
    .filter((index) => rows.some(({ cells }) => cells[index]?.trim() && Number.isFinite(Number(cells[index]))));
  const [only, another] = numeric;
  if (only === undefined) throw new LabError(`No column is numeric. Available columns: ${formatNames(columns)}.`);
  if (another === undefined) return only;
  const names = numeric.map((index) => columns[index] as string);
  throw new LabError(`Several columns are numeric: ${formatNames(names)}. Choose one with --data FILE#COLUMN.`);
}

/** Whether the dates are in descending order; throws a LabError if they are in no order. */
function isNewestFirst({ columns, rows }: Table): boolean {
  const column = findColumn(columns, DATE_COLUMNS);
  if (column === undefined) return false;
  const name = columns[column] as string;
  const times = rows.map(({ line, cells }) => {
    const time = parseTime(cells[column]?.trim() ?? '');
    if (Number.isNaN(time)) {
      throw new LabError(
        `Line ${line}: \`${name}\` is \`${cells[column] ?? ''}\`, not a date. Write dates as 2024-12-31.`,
      );
    }
    return time;
  });
  const isDescending = (times.at(-1) ?? 0) < (times[0] ?? 0);
  times.forEach((time, index) => {
    const step = time - (times[index - 1] ?? (isDescending ? Infinity : -Infinity));
    if (isDescending ? step < 0 : step > 0) return;
    const { line, cells } = rows[index] as Table['rows'][number];
    throw new LabError(
      `Line ${line}: the date ${cells[column] ?? ''} is out of order. The rows must be sorted by date, with one row per date.`,
    );
  });
  return isDescending;
}

/** Parses a date in milliseconds. A number, such as a Unix time, is a time by itself. */
function parseTime(text: string): number {
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : Date.parse(text);
}

function formatNames(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
