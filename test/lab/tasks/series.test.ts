import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { rnn } from '../../../lab/cells/rnn.ts';
import { loadData } from '../../../lab/node/data/load-data.ts';
import { stocks } from '../../../lab/tasks/stocks.ts';
import { weather } from '../../../lab/tasks/weather.ts';
import { parseSeries, SERIES_SETTINGS, selectColumn, type SeriesOptions } from '../../../lab/tasks/_series.ts';
import { createZeroModel, describeProblem, meanSquare } from './problem.ts';

beforeAll(() => tf.setBackend('cpu'));

const settings = { units: 3, window: 4, batch: 6 };

const AUTO: SeriesOptions = { ...SERIES_SETTINGS, preferred: [], longestStep: 1.5 };

/** A CSV file of days from 1 January 2020. */
function csv(name: string, values: readonly number[]): string {
  const day = (index: number): string => new Date(Date.UTC(2020, 0, 1 + index)).toISOString().slice(0, 10);
  return [`date,${name}`, ...values.map((value, index) => `${day(index)},${value}`)].join('\n');
}

/** A hundred different values. */
const days = Array.from({ length: 100 }, (_, day) => 10 + 5 * Math.sin(day) + day / 100);

describe('weather', () => {
  const problem = weather.prepare(csv('temp_max', days), settings);
  describeProblem(problem, { x: [6, 4, 1], y: [6, 1] }, (rows) => Math.sqrt(meanSquare(rows)));

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
      parseSeries(text, { ...AUTO, preferred: ['temp_max'] })
        .readings.slice(0, 3)
        .map(({ value }) => value),
    ).toEqual([12.8, 10.6, 11.7]);
    // The root mean square of the last 216 of 1460 changes, computed from the file with other code.
    expect(weather.prepare(text, weather.settings).baseline).toBeCloseTo(2.932378, 5);
  });
});

describe('a series with gaps', () => {
  it('has no window that crosses one', () => {
    const lines = csv(
      'temp_max',
      days.map((_, day) => day),
    ).split('\n');
    const problem = weather.prepare(lines.filter((_, line) => line < 41 || line > 70).join('\n'), settings);
    const { parts, dates } = problem.dataReport!;
    // 69 of the 70 days have a next day: 66 windows of 4, of which 4 cross the gap.
    expect(parts.training + parts.validation + parts.test).toBe(66 - 4);
    expect(dates).toMatchObject({ gaps: 1, longestGap: '31 days before line 42' });
    const steps = new Set<string>();
    for (let step = 0; step < 20; step += 1) {
      for (const row of problem.batch(step, 1).x.arraySync() as number[][][]) {
        for (let time = 1; time < row.length; time += 1) steps.add((row[time]![0]! - row[time - 1]![0]!).toFixed(4));
      }
    }
    expect(steps.size).toBe(1);
  });

  it('names a change that is far larger than usual', () => {
    const wrong = csv('temp_max', [...days.slice(0, 50), 900, ...days.slice(51)]);
    const report = weather.prepare(wrong, settings).dataReport!;
    expect(report.outliers).toMatchObject({ count: 2 });
    expect(report.outliers!.advice).toMatch(/to 900 in line 52|in line 53/);
    expect(report.warnings[0]).toMatch(/^2 % of the rows change more than usual by far\. /);
  });

  it('names the metric after a column that is not its own', () => {
    expect(weather.prepare(csv('rain (mm)', days), settings).metricName).toBe('root mean squared error of rain (mm)');
    expect(weather.prepare(csv('temp_max', days), settings).metricName).toBeUndefined();
  });
});

describe('stocks', () => {
  const prices = days.map((day) => Math.exp(day / 10));
  const problem = stocks.prepare(csv('Close', prices), settings);
  describeProblem(problem, { x: [6, 4, 1], y: [6, 1] }, (rows) => Math.sqrt(meanSquare(rows)));

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
    parseSeries(text, { ...AUTO, preferred }).readings.map(({ value }) => value);

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
    expect(() => parseSeries(selectColumn(text, 'b'), AUTO)).toThrow('Line 5: `b` is `x`, not a number.');
    expect(() => selectColumn(text, 'c')).toThrow(
      'There is no column `c`. Available columns: `date`, `a`, `b`, `note`.',
    );
  });

  it('may have decimal commas and separated thousands', () => {
    expect(values('datum;x\n1.2.2020;1,5\n2.2.2020;-2\n3.2.2020;1.234,25')).toEqual([1.5, -2, 1234.25]);
    expect(values('x\ty\n"3,756.07"\ta\n"12,756.5"\tb\n999\tc')).toEqual([3756.07, 12_756.5, 999]);
    const ambiguous = 'x;y\n1,234;a\n2,345;b';
    const read = (decimal: string): number[] =>
      parseSeries(ambiguous, { ...AUTO, decimal }).readings.map(({ value }) => value);
    expect([read('comma'), read('point')]).toEqual([
      [1.234, 2.345],
      [1234, 2345],
    ]);
  });

  it('may have an index of pandas, of numbers or of dates', () => {
    expect(values(',date,x\n0,2020-01-01,5\n1,2020-01-02,6')).toEqual([5, 6]);
    expect(values('Unnamed: 0,x\n0,5\n1,6')).toEqual([5, 6]);
    const series = parseSeries(',x\n2020-01-02,6\n2020-01-01,5', AUTO);
    expect(series.readings.map(({ value }) => value)).toEqual([5, 6]);
    expect(series.dates).toMatchObject({ first: '2020-01-01', last: '2020-01-02', step: '1 day', gaps: 0 });
  });

  it('is the column that the settings name, with the dates that they name', () => {
    const text = 'year,low,high,when\n1,7,8,2020-01-02\n2,5,6,2020-01-01\n';
    const options = { ...AUTO, column: 'HIGH', date: 'when' };
    expect(parseSeries(text, options).readings.map(({ value }) => value)).toEqual([6, 8]);
    expect(() => parseSeries(text, { ...AUTO, column: 'mean' })).toThrow('There is no column `mean`.');
  });

  const holes = 'date,x\n2020-01-01,1\n2020-01-02,NULL\n2020-01-03,3\n2020-01-04,-9999.0\n2020-01-05,5\n2020-01-09,9\n';

  it('leaves rows without a value out on request, and neighbours of gaps are no neighbours', () => {
    const { readings, dropped, changed, read, dates } = parseSeries(holes, { ...AUTO, missing: 'skip' });
    expect(readings.map(({ value, followsGap }) => [value, followsGap])).toEqual([
      [1, false],
      [3, true],
      [5, true],
      [9, true],
    ]);
    expect([read, dropped[0]!.count, changed[0]!.count]).toEqual([6, 2, 0]);
    expect(dates).toEqual({
      ...{ first: '2020-01-01', last: '2020-01-09', step: '1 day', gaps: 1 },
      longestGap: '4 days before line 7',
    });
  });

  it('repeats the value before a missing one on request', () => {
    const { readings, dropped, changed } = parseSeries(`${holes}2020-01-10,\n`, { ...AUTO, missing: 'fill' });
    expect(readings.map(({ value }) => value)).toEqual([1, 1, 3, 3, 5, 9, 9]);
    expect(readings.map(({ followsGap }) => followsGap)).toEqual([false, false, false, false, false, true, false]);
    expect([dropped[0]!.count, changed[0]!.count]).toEqual([0, 3]);
  });

  it('keeps numbers that look like a sentinel but are usual in the column', () => {
    expect(values('price\n1010\n1003\n999\n1001\n990\n')).toEqual([1010, 1003, 999, 1001, 990]);
  });

  it.each([
    ['dd.mm.yyyy', '31.12.2019', '01.01.2020', '2.1.2020'],
    ['mm/dd/yyyy', '12/31/2019', '01/01/2020', '1/2/2020'],
    ['dd/mm/yyyy', '31/12/2019', '01/01/2020', '2/1/2020'],
    ['words', 'Dec 31, 2019', 'Jan 01, 2020', 'Jan 02, 2020'],
    ['yyyymmdd', '20191231', '20200101', '20200102'],
    ['times with a zone', '2019-12-31T00:00+0200', '2020-01-01 00:00:00+02:00', '2020-01-02T00:00:00+02:00'],
    ['seconds', '1577750400', '1577836800', '1577923200'],
  ])('may have dates as %s', (_, ...dates) => {
    const text = ['date;x', ...dates.map((date, index) => `"${date}";${index}`)].join('\n');
    expect(parseSeries(text, AUTO)).toMatchObject({ readings: [{ value: 0 }, { value: 1 }, { value: 2 }] });
    expect(parseSeries(text, AUTO).dates).toMatchObject({ step: '1 day', gaps: 0 });
  });

  it('reads hourly local times in the same way in every time zone, over both changes of the clocks', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
    const spring = ['03-30 23:00', '03-31 00:00', '03-31 01:00', '03-31 02:00', '03-31 03:00', '03-31 04:00'];
    const autumn = ['10-27 00:00', '10-27 01:00', '10-27 02:00', '10-27 02:00', '10-27 03:00', '10-27 04:00'];
    const before = process.env['TZ'];
    try {
      for (const zone of zones) {
        process.env['TZ'] = zone;
        for (const times of [spring, autumn]) {
          const text = ['time,x', ...times.map((time, index) => `2024-${time},${index}`)].join('\n');
          const { readings, dates } = parseSeries(text, AUTO);
          expect(readings.map(({ value }) => value)).toEqual(times.map((_, index) => index));
          expect(dates!.gaps).toBe(0);
          expect(dates!.step).toBe('1 hour');
        }
      }
    } finally {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    }
  });

  it.each([
    ['no lines', '', 'The file is empty. Its first line must name the columns.'],
    ['no header', '2020-01-01,1\n2020-01-02,2', 'Line 1: the first line must name the columns, but column 2 is `1`.'],
    ['no rows', 'date,x\n\n', 'The file has a header but no rows.'],
    ['a column named twice', 'x,x\n1,2', 'Line 1: two columns are named `x`.'],
    ['a cell too many', 'date,x\n2020-01-01,1\n2020-01-02,2,3', 'Line 3: 3 cells, but the header has 2.'],
    [
      'an empty cell',
      'date,x\n2020-01-01,1\n\n2020-01-02,',
      'Line 4: `x` is empty. Set missing=skip to leave such rows out, or missing=fill to repeat the value before.',
    ],
    [
      'a missing value',
      'date,x\n2020-01-01,1\n2020-01-02,n/a',
      'Line 3: `x` is `n/a`, which stands for a missing value. Set missing=skip',
    ],
    [
      'a sentinel',
      'date,x\n2020-01-01,1\n2020-01-02,2\n2020-01-03,-9999',
      'Line 4: `x` is `-9999`, which stands for a missing value. Set missing=skip',
    ],
    [
      'a word',
      'date,x\n2020-01-01,1\n2020-01-02,cold',
      'Line 3: `x` is `cold`, not a number. Write a number such as 1.5',
    ],
    [
      'a comma that may be for decimals or thousands',
      'date;x\n2020-01-01;1,234\n2020-01-02;2,345',
      'Line 2: `x` is `1,234`, which can be 1.234 or 1234. Set decimal=comma or decimal=point.',
    ],
    [
      'a day or a month first',
      'date,x\n01/02/2020,1\n02/02/2020,2',
      'Line 2: `date` is `01/02/2020`, in which the day or the month may come first. Set dates=dmy or dates=mdy.',
    ],
    ['no numbers', 'date,x\n2020-01-01,a', 'No column is numeric. Available columns: `date`, `x`.'],
    [
      'several numeric columns',
      'date,a,b\n2020-01-01,1,2',
      'Several columns are numeric: `a`, `b`. Choose one with --data FILE#COLUMN or column=COLUMN.',
    ],
    [
      'dates out of order',
      'date,x\n2020-01-01,1\n2020-01-03,2\n2020-01-02,3\n2020-01-04,3',
      'Line 4: the date `2020-01-02` is out of order. Sort the rows by date, with one row for each date.',
    ],
    [
      'a duplicate date',
      'date,x\n2020-01-01,1\n2020-01-01,2\n2020-01-02,2',
      'Line 3: the date `2020-01-01` is out of order. Sort the rows by date, with one row for each date.',
    ],
    ['no date', 'date,x\n31.13.2020,1\n', 'Line 2: `date` is `31.13.2020`, not a date. Write dates as 2024-12-31.'],
    [
      'an unterminated quote',
      'date,x\n2020-01-01,1\n2020-01-02,"2\n',
      'Line 3: the quote that opens a cell is never closed. Close it.',
    ],
  ])('is rejected with %s', (_, text, message) => {
    expect(() => values(text)).toThrow(message);
  });

  it('is rejected if it is too short or never changes', () => {
    expect(() => weather.prepare(csv('temp', days.slice(0, 40)), settings)).toThrow(
      'The series is too short: 36 windows of 4 cross no gap. At least 50 are required.',
    );
    expect(() =>
      weather.prepare(
        csv(
          'temp',
          days.map(() => 7),
        ),
        settings,
      ),
    ).toThrow(
      '`temp` does not change in the training part (lines 2 to 73). Use data that varies, or choose another column.',
    );
  });
});
