import { expect } from 'vitest';
import { isKeeping, keep, kept, type Row, type TableName } from './results.ts';

// Sources change every day; a table is out of date when a reader would notice.
const ABOUT = /bytes|files/;
const TOLERANCE = 0.1;
// A machine's own.
const TIME = /seconds/;

/** Prints a table and holds it to the one that is kept; `KEEP_RESULTS=1` keeps this one instead. */
export async function expectKept(name: TableName, rows: readonly Row[]): Promise<void> {
  console.table(rows);
  if (isKeeping) {
    await keep(name, rows);
    return;
  }
  const advice = `test/package/results/${name}.json is out of date: \`KEEP_RESULTS=1 npm run test:package\` writes it.`;
  const before = kept(name).rows;
  const exact = (table: readonly Row[]) =>
    table.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => !ABOUT.test(key) && !TIME.test(key))));
  expect(exact(rows), advice).toEqual(exact(before));
  for (const [place, row] of rows.entries()) {
    for (const [column, value] of Object.entries(row).filter(([key]) => ABOUT.test(key))) {
      const then = Number(before[place]?.[column]);
      const change = Math.abs(Number(value) / then - 1);
      expect(change, `${column}: ${value}, kept ${then}. ${advice}`).toBeLessThan(TOLERANCE);
    }
  }
}
