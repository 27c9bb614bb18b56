// The tables of what was tried stand in `results/`, and docs/package.md shows them.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { format } from 'prettier';

/** The tables, by their names. */
export const TABLES = ['contents', 'start', 'nodes', 'bundlers', 'tfjs'] as const;

/** One of them. */
export type TableName = (typeof TABLES)[number];

/** What was tried, and what came of it. */
export type Row = Readonly<Record<string, string | number | boolean>>;

/** A table as it is kept, with where its times come from. */
export interface Table {
  readonly date: string;
  readonly machine: string;
  readonly rows: readonly Row[];
}

/** Whether what this run finds is to be kept, or compared with what is. */
export const isKeeping = process.env['KEEP_RESULTS'] === '1';

const fileOf = (name: TableName): URL => new URL(`./results/${name}.json`, import.meta.url);

/** The table as it is kept. */
export function kept(name: TableName): Table {
  return JSON.parse(readFileSync(fileOf(name), 'utf8')) as Table;
}

/** Keeps a table in place of the one before. */
export async function keep(name: TableName, rows: readonly Row[]): Promise<void> {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  const machine = `${cpus().length} cores (${model}), Node ${process.versions.node}`;
  const rounded = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, typeof value === 'number' ? Number(value.toFixed(1)) : value]),
    ),
  );
  const table: Table = { date: new Date().toISOString().slice(0, 10), machine, rows: rounded };
  writeFileSync(fileOf(name), await format(JSON.stringify(table), { parser: 'json', printWidth: 120 }));
}
