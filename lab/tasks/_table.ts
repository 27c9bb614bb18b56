/**
 * Tables as people save them: CSV, TSV or semicolons, with a header.
 *
 * @module
 */

import Papa from 'papaparse';
import { LabError } from '../errors.ts';

/** One row below the header. */
export interface Row {
  /** Where it begins in the file, counting from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A table with a header. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/**
 * Reads a table; rows that are blank are passed over.
 *
 * @throws LabError naming the line that has too few or too many cells, or a quote that does not end
 */
export function tableOf(text: string): Table {
  const [header, ...rows] = rowsIn(text.replace(/^\uFEFF/, ''));
  if (header === undefined) throw new LabError('The file has no lines; its first must name the columns.');
  const columns = header.cells.map((cell) => cell.trim());
  const unnamed = columns.findIndex((name) => name === '' || !Number.isNaN(Number(name)));
  if (unnamed >= 0) {
    throw new LabError(
      `Line ${header.line}: the first line must name the columns, and column ${unnamed + 1} is ${named(columns[unnamed])}.`,
    );
  }
  const twice = columns.find((name, index) => columns.indexOf(name) < index);
  if (twice !== undefined) throw new LabError(`Line ${header.line}: two columns are named \`${twice}\`.`);
  for (const { line, cells } of rows) {
    if (cells.length !== columns.length) {
      throw new LabError(`Line ${line}: ${counted(cells.length, 'cell')} where the header has ${columns.length}.`);
    }
  }
  if (rows.length === 0) throw new LabError('The file has a header and no rows.');
  return { columns, rows };
}

/**
 * The place of the column that has one of these names, in whatever case; the first name that is found wins.
 *
 * @returns undefined where there is none
 */
export function columnNamed(columns: readonly string[], names: readonly string[]): number | undefined {
  const lower = columns.map((column) => column.toLowerCase());
  const found = names.map((name) => lower.indexOf(name.toLowerCase())).find((index) => index >= 0);
  return found;
}

function rowsIn(text: string): Row[] {
  const rows: Row[] = [];
  let line = 1;
  let from = 0;
  Papa.parse<string[]>(text, {
    delimiter: delimiterOf(text),
    step({ data, errors, meta }) {
      const broken = errors.find(({ type }) => type === 'Quotes');
      if (broken) throw new LabError(`Line ${line}: a quoted cell does not end as it should. ${broken.message}.`);
      if (data.some((cell) => cell.trim() !== '')) rows.push({ line, cells: data });
      line += (text.slice(from, meta.cursor).match(/\r\n|\r|\n/g) ?? []).length;
      from = meta.cursor;
    },
  });
  return rows;
}

/** What the header has most of: commas, tabs, semicolons or bars. */
function delimiterOf(text: string): string {
  const header = /^.*\S.*$/m.exec(text)?.[0] ?? '';
  const byCount = [',', '\t', ';', '|'].map((one) => ({ one, count: header.split(one).length }));
  return byCount.reduce((most, other) => (other.count > most.count ? other : most)).one;
}

function named(name: string | undefined): string {
  return name === '' ? 'empty' : `\`${name ?? ''}\``;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
