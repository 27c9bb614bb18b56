import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabError } from '../../../lab/errors.ts';
import { loadData } from '../../../lab/node/data/load-data.ts';
import type { Problem } from '../../../lab/tasks/_task.ts';
import { stocks } from '../../../lab/tasks/stocks.ts';
import { weather } from '../../../lab/tasks/weather.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tables-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function prepare(content: string | Uint8Array, task = weather): Promise<Problem> {
  const path = join(folder, 'table.csv');
  writeFileSync(path, content);
  const { text } = await loadData(task, path);
  return task.prepare(text, { ...task.settings, units: 3, window: 4 });
}

const DAYS = Array.from({ length: 100 }, (_, day) => new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10));
const VALUES = DAYS.map((_, day) => (10 + 5 * Math.sin(day)).toFixed(2));

/** Returns a table with a line for each of a hundred days, in which given lines are replaced. */
function table(other: Readonly<Record<number, string>> = {}, header = 'date,x'): string {
  return [header, ...DAYS.map((day, index) => other[index + 2] ?? `${day},${VALUES[index]}`)].join('\n');
}

const plain = table();

describe('a table', () => {
  it.each<[string, string | Uint8Array]>([
    ['a byte order mark and Windows line breaks', `\uFEFF${plain.replaceAll('\n', '\r\n')}\r\n`],
    ['old Macintosh line breaks', plain.replaceAll('\n', '\r')],
    ['empty lines', `\n\n${plain.replaceAll('\n', '\n \n\n')}\n\t\n`],
    ['semicolons and decimal commas', plain.replaceAll(',', ';').replaceAll('.', ',')],
    ['the first line of Excel', `sep=;\r\n${plain.replaceAll(',', ';')}`],
    ['a comma at the end of each line', plain.replaceAll('\n', ',\n')],
    ['empty cells at the end of each row, but not of the header', plain.replace(/,(\d.*)/g, ',$1,,')],
    [
      'line breaks, quotes and commas in quoted cells',
      plain.replace(/$/gm, ',"a\n""b"", c"').replace(',"a\n""b"", c"', ',note'),
    ],
    ['a quoted header with commas', plain.replace('date,x', '"date","x, in\n°C"')],
    ['spaces around cells', plain.replaceAll(',', ' , ')],
    ['UTF-16', Buffer.from(`\uFEFF${plain}`, 'utf16le')],
  ])('is read with %s', async (_, content) => {
    const [expected, { baseline, dataReport }] = [await prepare(plain), await prepare(content)];
    expect(baseline).toBe(expected.baseline);
    expect(dataReport).toEqual(expected.dataReport);
  });

  it('has the column of exactly the given name if another differs only in case', async () => {
    const rows = DAYS.map((day, index) => `${day},${VALUES[index]},${2 * Number(VALUES[index])}`);
    writeFileSync(join(folder, 'case.csv'), ['date,x,X', ...rows].join('\n'));
    const { text } = await loadData(weather, `${join(folder, 'case.csv')}#X`);
    expect(text.split('\n')[0]).toBe('date,X');
  });

  it('has a name without control characters, which could change a terminal', async () => {
    const { metricName } = await prepare(plain.replace('x', '\u001B[31mx'));
    expect(metricName).toBe('root mean squared error of \\u{1b}[31mx');
  });

  const day = DAYS[50]!;
  it.each<[string, string | Uint8Array, string]>([
    [
      'an infinite number',
      table({ 52: `${day},Infinity` }),
      'Line 52: `x` is `Infinity`, not a number. Write a number such as 1.5, or leave it empty.',
    ],
    [
      'a number beyond all limits',
      table({ 52: `${day},1e400` }),
      'Line 52: `x` is `1e400`. Numbers up to 1e15 are allowed. Correct it, or use a larger unit for the whole column.',
    ],
    [
      'a huge cell',
      table({ 52: `${day},${'a'.repeat(1e6)}` }),
      `Line 52: \`x\` is \`${'a'.repeat(60)}…\`, not a number.`,
    ],
    [
      'a cell that would change the terminal',
      table({ 52: `${day},\u001B[31mred\u202E` }),
      'Line 52: `x` is `\\u{1b}[31mred\\u{202e}`, not a number.',
    ],
    [
      'too few cells',
      table({ 52: day }),
      'Line 52: 1 cell, but the header has 2. Add the missing cells, or remove the line.',
    ],
    [
      'decimal commas between commas',
      table({ 52: `${day},1,5` }),
      'Line 52: 3 cells, but the header has 2. Put quotes around a cell that contains a comma, or correct the line.',
    ],
    [
      'a title above the header',
      `My weather\n${plain}`,
      'Line 2: 2 cells, but the header has 1. If the header is on a later line, remove the lines above it.',
    ],
    [
      'a column without a name',
      plain.replace('x', ''),
      'Line 1: the first line must name the columns, but column 2 is empty.',
    ],
    [
      'a very long name',
      plain.replace('x', 'x'.repeat(101)),
      'Line 1: the name of column 2 has 101 characters. At most 100 are allowed.',
    ],
    [
      'a column named twice',
      plain.replace(/,(.*)/g, ',$1,$1'),
      'Line 1: two columns are named `x`. Give one another name.',
    ],
    [
      'thousands of columns',
      `${Array.from({ length: 5000 }, (_, index) => `c${index}`).join()}\n${'1,'.repeat(4999)}1`,
      '`c19` and 4980 more. Choose one with --data FILE#COLUMN or column=COLUMN.',
    ],
    [
      'columns separated by spaces',
      plain.replaceAll(',', '  '),
      'No column is numeric. Available columns: `date x`. Separate the columns by commas, semicolons or tabs.',
    ],
    [
      'a line of totals',
      `${plain}\nTotal 5,1000`,
      'Line 102: `date` is `Total 5`, not a date. Write dates as 2024-12-31.',
    ],
    ['a row without a date', table({ 52: ',1' }), 'Line 52: `date` is empty. Write dates as 2024-12-31.'],
    ['an open quote', table({ 52: `${day},"1` }), 'Line 52: the quote that opens a cell is never closed. Close it.'],
    [
      'a quote in a quoted cell',
      table({ 52: `${day},"1"5"` }),
      'Line 52: a quote within a quoted cell is single. Write it twice.',
    ],
    ['a header alone', 'date,x\r\n', 'The file has a header but no rows. Add a line for each example.'],
    [
      'one row',
      'date,x\n2020-01-01,1',
      'The series is too short: 0 windows of 4 cross no gap. At least 50 are required. Use more rows or a smaller window.',
    ],
    ['white space alone', ' \n\n', 'The file is empty. Its first line must name the columns.'],
    [
      'a constant test part',
      table(Object.fromEntries(DAYS.map((date, index) => [index < 80 ? 0 : index + 2, `${date},7`]))),
      '`x` does not change in the test part (lines 84 to 101). Use data that varies, or choose another column.',
    ],
    [
      'a zero byte',
      plain.replace('5', '\0'),
      `table.csv is not a text file: byte ${plain.indexOf('5') + 1} is 0. Expected a CSV file with a header`,
    ],
    [
      'another encoding',
      Buffer.from(plain.replace('x', 'Höhe'), 'latin1'),
      'table.csv is not UTF-8 but seems to be ISO-8859-1. Convert it, for example: iconv',
    ],
  ])('is rejected with %s', async (_, content, message) => {
    const preparing = prepare(content);
    await expect(preparing).rejects.toThrow(LabError);
    await expect(preparing).rejects.toThrow(message);
  });

  it('of prices is rejected with one that does not change in the test part', async () => {
    const prices = DAYS.map((date, index) => `${date},${index < 80 ? VALUES[index] : 7}`);
    await expect(prepare(['date,close', ...prices].join('\n'), stocks)).rejects.toThrow(
      /`close` does not change in the test part \(lines 8\d to 101\)/,
    );
  });
});
