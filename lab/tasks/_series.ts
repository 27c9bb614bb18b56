/**
 * A series of numbers, one for each day, read from a table.
 *
 * @module
 */

import Papa from 'papaparse';
import { LabError } from '../errors.ts';
import { columnNamed, tableOf, type Table } from './_table.ts';

/** What the user's own series must be. */
export const SERIES_FILE =
  'a UTF-8 CSV file with a header, a numeric column and optionally a `date` column (FILE#COLUMN selects the column)';

const DATE_NAMES = ['date', 'day', 'time', 'timestamp', 'datetime'];

/** One number and the line it was read from. */
export interface Reading {
  readonly line: number;
  readonly value: number;
}

/**
 * The numbers of a column, oldest first.
 *
 * The column is the first of `preferred` that there is, or else the only column of numbers.
 *
 * @throws LabError naming the line that has no number or whose date is out of order
 */
export function seriesOf(text: string, preferred: readonly string[]): Reading[] {
  const table = tableOf(text);
  const column = columnOf(table, preferred);
  const name = table.columns[column] as string;
  const readings = table.rows.map(({ line, cells }) => {
    const cell = cells[column]?.trim() ?? '';
    const value = cell === '' ? NaN : Number(cell);
    if (!Number.isFinite(value)) {
      throw new LabError(`Line ${line}: \`${name}\` is ${cell === '' ? 'empty' : `\`${cell}\``}, not a number.`);
    }
    return { line, value };
  });
  return newestFirst(table) ? readings.reverse() : readings;
}

/**
 * The same table with only its dates and one column, every row on its old line.
 *
 * @throws LabError naming the columns there are
 */
export function withOnly(text: string, column: string): string {
  const { columns, rows } = tableOf(text);
  const place = columnNamed(columns, [column]);
  if (place === undefined) {
    throw new LabError(`There is no column \`${column}\`; there is ${listed(columns)}.`);
  }
  const date = columnNamed(columns, DATE_NAMES);
  const kept = date === undefined || date === place ? [place] : [date, place];
  const lines: string[] = [Papa.unparse([kept.map((one) => columns[one])])];
  for (const { line, cells } of rows) {
    while (lines.length < line - 1) lines.push('');
    lines.push(Papa.unparse([kept.map((one) => cells[one]?.replace(/[\r\n]+/g, ' '))]));
  }
  return lines.join('\n');
}

function columnOf({ columns, rows }: Table, preferred: readonly string[]): number {
  const known = columnNamed(columns, preferred);
  if (known !== undefined) return known;
  const date = columnNamed(columns, DATE_NAMES);
  const numeric = columns
    .map((_, index) => index)
    .filter((index) => index !== date)
    .filter((index) => rows.some(({ cells }) => cells[index]?.trim() && Number.isFinite(Number(cells[index]))));
  const [only, another] = numeric;
  if (only === undefined) throw new LabError(`No column has numbers; there is ${listed(columns)}.`);
  if (another === undefined) return only;
  const names = numeric.map((index) => columns[index] as string);
  throw new LabError(`Several columns have numbers: ${listed(names)}. Choose one by --data FILE#COLUMN.`);
}

/** Whether the dates run backwards; true or false for the whole table, or it is refused. */
function newestFirst({ columns, rows }: Table): boolean {
  const column = columnNamed(columns, DATE_NAMES);
  if (column === undefined) return false;
  const name = columns[column] as string;
  const times = rows.map(({ line, cells }) => {
    const time = timeOf(cells[column]?.trim() ?? '');
    if (Number.isNaN(time)) {
      throw new LabError(
        `Line ${line}: \`${name}\` is \`${cells[column] ?? ''}\`, not a date; write dates as 2024-12-31.`,
      );
    }
    return time;
  });
  const backwards = (times.at(-1) ?? 0) < (times[0] ?? 0);
  times.forEach((time, index) => {
    const step = time - (times[index - 1] ?? (backwards ? Infinity : -Infinity));
    if (backwards ? step < 0 : step > 0) return;
    const { line, cells } = rows[index] as Table['rows'][number];
    throw new LabError(
      `Line ${line}: the date ${cells[column] ?? ''} is out of order. There must be one row for each time, in order of time.`,
    );
  });
  return backwards;
}

/** Milliseconds; a bare number counts as a time by itself, such as a Unix time. */
function timeOf(text: string): number {
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : Date.parse(text);
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
