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
 * Parses a table. Blank rows are skipped.
 *
 * @throws LabError that names the first line with the wrong number of cells or an unterminated quote
 */
export function parseTable(text: string): Table {
  const [header, ...rows] = parseRows(text.replace(/^\uFEFF/, ''));
  if (header === undefined) throw new LabError('The file is empty. Its first line must name the columns.');
  const columns = header.cells.map((cell) => cell.trim());
  const unnamed = columns.findIndex((name) => name === '' || !Number.isNaN(Number(name)));
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

function parseRows(text: string): Row[] {
  const rows: Row[] = [];
  let line = 1;
  let from = 0;
  Papa.parse<string[]>(text, {
    delimiter: detectDelimiter(text),
    step({ data, errors, meta }) {
      const broken = errors.find(({ type }) => type === 'Quotes');
      if (broken) throw new LabError(`Line ${line}: a quoted cell is malformed. ${broken.message}.`);
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
