// docs/package.md shows the kept tables; `KEEP_RESULTS=1 npm run test:package` writes both.
import { readFileSync, writeFileSync } from 'node:fs';
import { kept, TABLES, type Row, type TableName } from './results.ts';

type Column = readonly [heading: string, cell: (row: Row) => string];

const page = new URL('../../../docs/package.md', import.meta.url);

const text = (key: string) => (row: Row) => String(row[key]);
const code = (key: string) => (row: Row) => `\`${String(row[key])}\``;
const yesNo = (key: string) => (row: Row) => (row[key] === true ? 'yes' : 'no');
const kilobytes =
  (key: string, digits = 1) =>
  (row: Row) =>
    (Number(row[key]) / 1000).toFixed(digits);
const seconds = (row: Row) => Number(row['seconds']).toFixed(1);

const COLUMNS: Readonly<Record<TableName, readonly Column[]>> = {
  contents: [
    ['package', code('package')],
    ['files', text('files')],
    ['kB, packed', kilobytes('packed bytes', 0)],
    ['kB, unpacked', kilobytes('unpacked bytes', 0)],
  ],
  start: [
    ['step', code('step')],
    ['seconds', seconds],
  ],
  nodes: [
    ['Node', text('node')],
    ['`import`', yesNo('import')],
    ['`require`', yesNo('require')],
    ['`import()` in CommonJS', yesNo('import()')],
    ['TypeScript as it stands', yesNo('TypeScript')],
    ['seconds, start to end', seconds],
  ],
  bundlers: [
    ['bundler', text('bundler')],
    ['kB of gradclip, gzipped', kilobytes('gzipped bytes of gradclip')],
    ['kB of a page with tfjs, gzipped', kilobytes('gzipped bytes with tfjs')],
  ],
  tfjs: [
    ['packages of TensorFlow.js', text('tfjs')],
    ['backend', text('backend')],
    ['loss after 20 steps', text('loss')],
    ['clip rate', text('clip rate')],
  ],
};

function drawn(name: TableName): string {
  const [{ rows, date, machine }, columns] = [kept(name), COLUMNS[name]];
  const isNumeric = ([, cell]: Column) => rows.every((row) => /^[\d.]+$/.test(cell(row)));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const table = [
    line(columns.map(([heading]) => heading)),
    line(columns.map((column, place) => (place > 0 && isNumeric(column) ? '---:' : '---'))),
    ...rows.map((row) => line(columns.map(([, cell]) => cell(row)))),
  ];
  const hasTimes = rows.some((row) => 'seconds' in row);
  return [...table, ...(hasTimes ? ['', `Measured on ${machine}, ${date}.`] : [])].join('\n');
}

/** The page, and the page with each table in its place: between `<!-- package: name -->` and `<!-- /package -->`. */
export function pages(): { readonly written: string; readonly due: string } {
  const written = readFileSync(page, 'utf8');
  let due = written;
  for (const name of TABLES) {
    const place = new RegExp(`(<!-- package: ${name} -->\n)[\\s\\S]*?(<!-- /package -->)`);
    if (!place.test(due)) throw new Error(`docs/package.md has no place for the table "${name}".`);
    due = due.replace(place, (_, before: string, after: string) => `${before}${drawn(name)}\n${after}`);
  }
  return { written, due };
}

/** Writes the page. */
export function writePage(): void {
  writeFileSync(page, pages().due);
}
