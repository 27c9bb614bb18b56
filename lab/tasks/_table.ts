/**
 * Parses tables with a header, separated by commas, tabs, semicolons or bars.
 *
 * @module
 */

import Papa from 'papaparse';
import { LabError } from '../errors.ts';

/** One row below the header. */
export interface Row {
  /** The first line of the row in the file, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A table with a header. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** The header's names and messages show longer texts in part. */
const MAX_NAME = 100;
const MAX_SHOWN = 60;
const MAX_LISTED = 20;

/** What separates the cells of a row, with its name in messages. */
const DELIMITERS = { ',': 'a comma', '\t': 'a tab', ';': 'a semicolon', '|': 'a bar' };

/** The line that tells Excel what separates the cells. */
const EXCEL_DELIMITER = /^sep=([,\t;|])(\r\n|\r|\n)/i;

/**
 * Parses a table. Blank rows are skipped, and empty cells beyond the last name of the header are left out. The name of
 * the first column may be empty, as pandas writes its index.
 *
 * @param quotes `no` if quotes are characters like all others, instead of enclosing cells; absent if the task has no
 *   such setting
 * @throws LabError that names the first line with the wrong number of cells or an unterminated quote
 */
export function parseTable(text: string, quotes?: string): Table {
  const { delimiter, rows: all } = parseRows(text.replace(/^\uFEFF/, ''), quotes);
  const [header, ...rows] = all;
  if (header === undefined) throw new LabError('The file is empty. Its first line must name the columns.');
  const width = header.cells.findLastIndex((cell) => cell.trim() !== '') + 1;
  const columns = header.cells.slice(0, width).map(toName);
  assertNames(columns, header);
  if (rows.length === 0) throw new LabError('The file has a header but no rows. Add a line for each example.');
  return { columns, rows: rows.map((row) => fitRow(row, width, header, delimiter)) };
}

/** Formats a cell or a name for a message: in backticks, shortened, and without characters that control a terminal. */
export function formatCell(text: string): string {
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  return `\`${escapeControls(shown)}\``;
}

/** Writes characters that control a terminal as escape sequences. */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

function toName(cell: string): string {
  return escapeControls(cell.replace(/\s+/g, ' ').trim());
}

function assertNames(columns: readonly string[], { line }: Row): void {
  columns.forEach((name, index) => {
    const isIndex = index === 0 && name === '' && columns.length > 1;
    if (!isIndex && (name === '' || !Number.isNaN(Number(name)))) throw unnamedError(line, index, name);
    if (columns.indexOf(name) < index)
      throw new LabError(`Line ${line}: two columns are named ${formatCell(name)}. Give one another name.`);
    if (name.length > MAX_NAME) {
      throw new LabError(
        `Line ${line}: the name of column ${index + 1} has ${name.length} characters. At most ${MAX_NAME} are allowed.`,
      );
    }
  });
}

function unnamedError(line: number, column: number, found: string): LabError {
  return new LabError(
    `Line ${line}: the first line must name the columns, but column ${column + 1} is ${found === '' ? 'empty' : formatCell(found)}.`,
  );
}

/** Returns a row with one cell for each column. */
function fitRow(row: Row, width: number, header: Row, delimiter: keyof typeof DELIMITERS): Row {
  const { line, cells } = row;
  const extra = cells.findLastIndex((cell) => cell.trim() !== '');
  if (extra < width && cells.length >= width)
    return cells.length === width ? row : { line, cells: cells.slice(0, width) };
  if (extra >= width && extra < header.cells.length) throw unnamedError(header.line, extra, '');
  const advice =
    cells.length < width
      ? 'Add the missing cells, or remove the line'
      : width === 1
        ? 'If the header is on a later line, remove the lines above it'
        : `Put quotes around a cell that contains ${DELIMITERS[delimiter]}, or correct the line`;
  throw new LabError(`Line ${line}: ${countOf(cells.length, 'cell')}, but the header has ${width}. ${advice}.`);
}

/**
 * Returns the index of the column with the first of these names that exists. The same name in another case counts if
 * there is no other.
 *
 * @returns undefined if there is none
 */
export function findColumn(columns: readonly string[], names: readonly string[]): number | undefined {
  const lower = columns.map((column) => column.toLowerCase());
  const indexOf = (name: string): number =>
    columns.includes(name) ? columns.indexOf(name) : lower.indexOf(name.toLowerCase());
  return names.map(indexOf).find((index) => index >= 0);
}

/**
 * Returns the index of the column that the user chose by name.
 *
 * @throws LabError that lists the columns if there is no such column
 */
export function requireColumn(columns: readonly string[], name: string): number {
  const index = findColumn(columns, [name]);
  if (index !== undefined) return index;
  throw new LabError(`There is no column ${formatCell(name)}. Available columns: ${formatColumns(columns)}.`);
}

/** Formats the names of columns for a message. */
export function formatColumns(columns: readonly string[]): string {
  const names = columns.slice(0, MAX_LISTED).map((name) => (name === '' ? '(unnamed)' : formatCell(name)));
  const more = columns.length > MAX_LISTED ? ` and ${columns.length - MAX_LISTED} more` : '';
  return `${names.join(', ')}${more}`;
}

interface ParsedRows {
  readonly delimiter: keyof typeof DELIMITERS;
  readonly rows: Row[];
}

function parseRows(whole: string, quotes: string | undefined): ParsedRows {
  const [first = '', own] = EXCEL_DELIMITER.exec(whole) ?? [];
  const text = whole.slice(first.length);
  const delimiter = (own ?? detectDelimiter(text, quotes)) as keyof typeof DELIMITERS;
  const rows: Row[] = [];
  let line = own === undefined ? 1 : 2;
  let from = 0;
  Papa.parse<string[]>(text, {
    delimiter,
    // No text contains U+0000, because such files are rejected as binary.
    ...(quotes === 'no' && { quoteChar: '\0', escapeChar: '\0' }),
    step({ data, errors, meta }) {
      const broken = errors.find(({ type }) => type === 'Quotes');
      if (broken) throw new LabError(`Line ${line}: ${describeQuotes(broken.code, quotes)}`);
      if (data.some((cell) => cell.trim() !== '')) rows.push({ line, cells: data });
      line += (text.slice(from, meta.cursor).match(/\r\n|\r|\n/g) ?? []).length;
      from = meta.cursor;
    },
  });
  return { delimiter, rows };
}

function describeQuotes(code: string, quotes: string | undefined): string {
  const fault =
    code === 'MissingQuotes'
      ? 'the quote that opens a cell is never closed. Close it'
      : 'a quote within a quoted cell is single. Write it twice';
  return quotes === undefined ? `${fault}.` : `${fault}, or set quotes=no if quotes are part of the texts.`;
}

/** The header is in this part of a text. */
const HEADER_CHARACTERS = 100_000;

/** Returns the delimiter that is the most frequent outside of the quotes of the header. */
function detectDelimiter(text: string, quotes: string | undefined): string {
  const start = text.slice(0, HEADER_CHARACTERS);
  const unquoted = quotes === 'no' ? start : start.replace(/"(?:[^"]|"")*"/g, 'x');
  const header = /^.*\S.*$/m.exec(unquoted)?.[0] ?? '';
  const byCount = Object.keys(DELIMITERS).map((delimiter) => ({ delimiter, count: header.split(delimiter).length }));
  return byCount.reduce((best, other) => (other.count > best.count ? other : best)).delimiter;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
