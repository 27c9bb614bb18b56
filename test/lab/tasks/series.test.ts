import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { rnn } from '../../../lab/cells/rnn.ts';
import { loadData } from '../../../lab/node/data/load-data.ts';
import { stocks } from '../../../lab/tasks/stocks.ts';
import { weather } from '../../../lab/tasks/weather.ts';
import { parseSeries, selectColumn } from '../../../lab/tasks/_series.ts';
import { createZeroModel, describeProblem } from './problem.ts';

beforeAll(() => tf.setBackend('cpu'));

const settings = { units: 3, window: 4, batch: 6 };

/** A CSV file of days from 1 January 2020. */
function csv(name: string, values: readonly number[]): string {
  const day = (index: number): string => new Date(Date.UTC(2020, 0, 1 + index)).toISOString().slice(0, 10);
  return [`date,${name}`, ...values.map((value, index) => `${day(index)},${value}`)].join('\n');
}

/** A hundred different values. */
const days = Array.from({ length: 100 }, (_, day) => 10 + 5 * Math.sin(day) + day / 100);

describe('weather', () => {
  const problem = weather.prepare(csv('temp_max', days), settings);
  describeProblem(problem, { x: [6, 4, 1], y: [6, 1] });

  it('has a window of days as input and the change to the next day as target', () => {
    // Windows of 4 over 99 days that have a next day: 96 examples, of which the first 68 are trained on.
    const past = days.slice(0, 68 + 3);
    const center = past.reduce((sum, one) => sum + one, 0) / past.length;
    const spread = Math.sqrt(past.reduce((sum, one) => sum + (one - center) ** 2, 0) / past.length);
    const changes = Array.from({ length: 68 }, (_, index) => days[index + 4]! - days[index + 3]!);
    const step = Math.sqrt(changes.reduce((sum, one) => sum + one ** 2, 0) / 68);

    const { x, y } = problem.batch(0, 1);
    (x.arraySync() as number[][][]).forEach((row, index) => {
      const read = row.map(([value]) => value! * spread + center);
      const at = days.findIndex((day) => Math.abs(day - read[0]!) < 1e-5);
      expect(at).toBeGreaterThanOrEqual(0);
      expect(at).toBeLessThan(68);
      read.forEach((value, time) => expect(value).toBeCloseTo(days[at + time]!, 5));
      expect(y.dataSync()[index]! * step).toBeCloseTo(days[at + 4]! - days[at + 3]!, 5);
    });
  });

  it('has persistence on the last 15 % as its baseline', async () => {
    const errors = Array.from({ length: 14 }, (_, index) => (days[86 + index]! - days[85 + index]!) ** 2);
    const persistence = Math.sqrt(errors.reduce((sum, one) => sum + one, 0) / 14);
    expect(problem.baseline).toBeCloseTo(persistence, 10);
    expect((await problem.evaluate(createZeroModel(problem, rnn), 'test')).value).toBeCloseTo(persistence, 4);
  });

  it('leaks no later data into training', () => {
    const changed = weather.prepare(
      csv('temp_max', [...days.slice(0, 72), ...days.slice(72).map((day) => 1000 * day)]),
      settings,
    );
    for (const step of [0, 1, 2, 3, 4]) {
      for (const side of ['x', 'y'] as const) {
        expect(changed.batch(step, 1)[side].dataSync()).toEqual(problem.batch(step, 1)[side].dataSync());
      }
    }
    expect(changed.baseline).toBeGreaterThan(100 * problem.baseline);
  });

  it('reads the built-in data of Seattle', async () => {
    const { text } = await loadData(weather, undefined);
    expect(
      parseSeries(text, ['temp_max'])
        .slice(0, 3)
        .map(({ value }) => value),
    ).toEqual([12.8, 10.6, 11.7]);
    // The root mean square of the last 216 of 1460 changes, computed from the file with other code.
    expect(weather.prepare(text, weather.settings).baseline).toBeCloseTo(2.932378, 5);
  });
});

describe('stocks', () => {
  const prices = days.map((day) => Math.exp(day / 10));
  const problem = stocks.prepare(csv('Close', prices), settings);
  describeProblem(problem, { x: [6, 4, 1], y: [6, 1] });

  it('has an unchanged price as its baseline: the root mean square of the returns in %', async () => {
    const returns = prices.slice(1).map((price, index) => 100 * Math.log(price / prices[index]!));
    // 98 returns with a next return, 95 examples: the last 14 are scored.
    const scored = returns.slice(-14);
    const naive = Math.sqrt(scored.reduce((sum, one) => sum + one ** 2, 0) / scored.length);
    expect(problem.baseline).toBeCloseTo(naive, 10);
    expect((await problem.evaluate(createZeroModel(problem, rnn), 'test')).value).toBeCloseTo(naive, 4);
  });

  it('rejects prices without a logarithm and names the line', () => {
    const bad = csv('close', [...prices.slice(0, 50), 0, ...prices.slice(51)]);
    expect(() => stocks.prepare(bad, settings)).toThrow('Line 52: the price is 0. Prices must be greater than 0.');
  });

  it('reads the built-in S&P 500 data', async () => {
    const { text } = await loadData(stocks, undefined);
    expect(text.split('\n')[1]).toMatch(/^2000-01-03,/);
    // The root mean square of the last 763 of 5104 returns, computed from the file with other code.
    expect(stocks.prepare(text, stocks.settings).baseline).toBeCloseTo(1.35456, 5);
  });
});

describe('a series in a file', () => {
  const values = (text: string, preferred: string[] = []): number[] =>
    parseSeries(text, preferred).map(({ value }) => value);

  it('is the preferred column, or the only numeric one', () => {
    expect(values('date,open,close\n2020-01-01,1,2\n2020-01-02,3,4', ['adj', 'close'])).toEqual([2, 4]);
    expect(values('\uFEFFday;rain;sky\r\n2020-01-01;1.5;grey\r\n2020-01-02;-2e1;blue\r\n')).toEqual([1.5, -20]);
    expect(values('level\n1\n2\n3\n')).toEqual([1, 2, 3]);
  });

  it('is reversed if the newest row comes first', () => {
    expect(values('Date,x\n2020-01-03,3\n2020-01-02,2\n2020-01-01,1')).toEqual([1, 2, 3]);
  });

  it('can be one column by name, which keeps its line numbers', () => {
    const text = 'date,a,b,note\n2020-01-01,1,2,"one,\nline"\n\n2020-01-02,3,x,\n';
    expect(values(selectColumn(text, 'A'))).toEqual([1, 3]);
    expect(() => parseSeries(selectColumn(text, 'b'), [])).toThrow('Line 5: `b` is `x`, not a number.');
    expect(() => selectColumn(text, 'c')).toThrow(
      'There is no column `c`. Available columns: `date`, `a`, `b`, `note`.',
    );
  });

  it.each([
    ['no lines', '', 'The file is empty. Its first line must name the columns.'],
    ['no header', '2020-01-01,1\n2020-01-02,2', 'Line 1: the first line must name the columns, but column 2 is `1`.'],
    ['no rows', 'date,x\n\n', 'The file has a header but no rows.'],
    ['a column named twice', 'x,x\n1,2', 'Line 1: two columns are named `x`.'],
    ['a cell too many', 'date,x\n2020-01-01,1\n2020-01-02,2,3', 'Line 3: 3 cells, but the header has 2.'],
    ['an empty cell', 'date,x\n2020-01-01,1\n\n2020-01-02,', 'Line 4: `x` is empty, not a number.'],
    ['a word', 'date,x\n2020-01-01,1\n2020-01-02,n/a', 'Line 3: `x` is `n/a`, not a number.'],
    ['no numbers', 'date,x\n2020-01-01,a', 'No column is numeric. Available columns: `date`, `x`.'],
    [
      'several numeric columns',
      'date,a,b\n2020-01-01,1,2',
      'Several columns are numeric: `a`, `b`. Choose one with --data FILE#COLUMN.',
    ],
    [
      'dates out of order',
      'date,x\n2020-01-01,1\n2020-01-03,2\n2020-01-02,3\n2020-01-04,3',
      'Line 4: the date 2020-01-02 is out of order. The rows must be sorted by date, with one row per date.',
    ],
    [
      'a duplicate date',
      'date,x\n2020-01-01,1\n2020-01-01,2\n2020-01-02,2',
      'Line 3: the date 2020-01-01 is out of order. The rows must be sorted by date, with one row per date.',
    ],
    ['no date', 'date,x\n31.12.2020,1\n', 'Line 2: `date` is `31.12.2020`, not a date. Write dates as 2024-12-31.'],
    ['an unterminated quote', 'date,x\n2020-01-01,1\n2020-01-02,"2\n', 'Line 3: a quoted cell is malformed.'],
  ])('is rejected with %s', (_, text, message) => {
    expect(() => values(text)).toThrow(message);
  });

  it('is rejected if it is too short or never changes', () => {
    expect(() => weather.prepare(csv('temp', days.slice(0, 40)), settings)).toThrow(
      'The series is too short: a window of 4 leaves 36 examples. At least 50 are required.',
    );
    expect(() =>
      weather.prepare(
        csv(
          'temp',
          days.map(() => 7),
        ),
        settings,
      ),
    ).toThrow('The series is constant. Use data that varies.');
  });
});
