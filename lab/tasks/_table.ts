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

/**
 * Parses a table. Blank rows are skipped. The name of the first column may be empty, as pandas writes its index.
 *
 * @param hasQuotes whether quotes enclose cells; otherwise they are characters like all others
 * @throws LabError that names the first line with the wrong number of cells or an unterminated quote
 */
export function parseTable(text: string, hasQuotes = true): Table {
  const [header, ...rows] = parseRows(text.replace(/^\uFEFF/, ''), hasQuotes);
  if (header === undefined) throw new LabError('The file is empty. Its first line must name the columns.');
  const columns = header.cells.map((cell) => cell.trim());
  const isIndex = (name: string, index: number): boolean => index === 0 && name === '' && columns.length > 1;
  const unnamed = columns.findIndex(
    (name, index) => (name === '' || !Number.isNaN(Number(name))) && !isIndex(name, index),
  );
  if (unnamed >= 0) {
    throw new LabError(
      `Line ${header.line}: the first line must name the columns, but column ${unnamed + 1} is ${formatCell(columns[unnamed])}.`,
    );
  }
  const duplicate = columns.find((name, index) => columns.indexOf(name) < index);
  if (duplicate !== undefined) throw new LabError(`Line ${header.line}: two columns are named \`${duplicate}\`.`);
  for (const { line, cells } of rows) {
    if (cells.length !== columns.length) {
      throw new LabError(`Line ${line}: ${countOf(cells.length, 'cell')}, but the header has ${columns.length}.`);
    }
  }
  if (rows.length === 0) throw new LabError('The file has a header but no rows.');
  return { columns, rows };
}

/**
 * Returns the index of the column with the first of these names that exists, ignoring case.
 *
 * @returns undefined if there is none
 */
export function findColumn(columns: readonly string[], names: readonly string[]): number | undefined {
  const lower = columns.map((column) => column.toLowerCase());
  return names.map((name) => lower.indexOf(name.toLowerCase())).find((index) => index >= 0);
}

/**
 * Returns the index of the column that the user chose by name.
 *
 * @throws LabError that lists the columns if there is no such column
 */
export function requireColumn(columns: readonly string[], name: string): number {
  const index = findColumn(columns, [name]);
  if (index !== undefined) return index;
  throw new LabError(`There is no column \`${name}\`. Available columns: ${formatColumns(columns)}.`);
}

/** Formats the names of columns for a message. */
export function formatColumns(columns: readonly string[]): string {
  return columns.map((name) => (name === '' ? '(unnamed)' : `\`${name}\``)).join(', ');
}

function parseRows(text: string, hasQuotes: boolean): Row[] {
  const rows: Row[] = [];
  let line = 1;
  let from = 0;
  Papa.parse<string[]>(text, {
    delimiter: detectDelimiter(text),
    // No text contains U+0000, because such files are rejected as binary.
    ...(hasQuotes ? {} : { quoteChar: '\0', escapeChar: '\0' }),
    step({ data, errors, meta }) {
      const broken = errors.find(({ type }) => type === 'Quotes');
      if (broken) {
        throw new LabError(
          `Line ${line}: a quoted cell is malformed. ${broken.message}. If quotes are part of the text, set quotes=no.`,
        );
      }
      if (data.some((cell) => cell.trim() !== '')) rows.push({ line, cells: data });
      line += (text.slice(from, meta.cursor).match(/\r\n|\r|\n/g) ?? []).length;
      from = meta.cursor;
    },
  });
  return rows;
}

/** Returns the most frequent delimiter of the header: comma, tab, semicolon or bar. */
function detectDelimiter(text: string): string {
  const header = /^.*\S.*$/m.exec(text)?.[0] ?? '';
  const byCount = [',', '\t', ';', '|'].map((delimiter) => ({ delimiter, count: header.split(delimiter).length }));
  return byCount.reduce((best, other) => (other.count > best.count ? other : best)).delimiter;
}

function formatCell(name: string | undefined): string {
  return name === '' ? 'empty' : `\`${name ?? ''}\``;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
