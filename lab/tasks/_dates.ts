/**
 * Parses the dates of a column. Times without a zone are read as UTC, so they do not depend on the machine's time zone.
 *
 * @module
 */

import { median } from 'simple-statistics';
import { LabError } from '../errors.ts';
import type { Cell } from './_numbers.ts';
import { formatCell } from './_table.ts';

/** Whether the day or the month comes first in dates such as 01/02/2024; `auto` decides by the whole column. */
export type DateOrder = 'auto' | 'dmy' | 'mdy';

const MILLISECONDS = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Unix times are numbers of seconds above the first, and of milliseconds above the second. */
const UNIX = { seconds: 1e8, milliseconds: 1e11 };

const CLOCK = /(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]m)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?$/i;
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?${CLOCK.source}`, 'i');
const YEAR_LAST = new RegExp(String.raw`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})${CLOCK.source}`, 'i');
// Other words are refused, because `Date.parse` reads a text such as `Total 5` as a day in May.
const MONTH = /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i;
const COMPACT = /^((?:18|19|20|21)\d{2})(0[1-9]|1[0-2])([0-2]\d|3[01])$/;

/**
 * Parses the dates of a column in milliseconds. A column of numbers that are no dates stays as it is.
 *
 * @throws LabError that names the first line with an invalid or ambiguous date
 */
export function parseDates(name: string, cells: readonly Cell[], order: DateOrder): number[] {
  if (cells.every(({ text }) => COMPACT.test(text))) {
    return cells.map(({ text }) => Date.parse(text.replace(COMPACT, '$1-$2-$3')));
  }
  if (cells.every(({ text }) => text !== '' && Number.isFinite(Number(text)) && !/^\d{4}$/.test(text))) {
    return cells.map(({ text }) => fromUnixTime(Number(text)));
  }
  const isDayFirst = order === 'auto' ? detectDayFirst(name, cells) : order === 'dmy';
  return cells.map(({ line, text }) => {
    const time = parseDate(text, isDayFirst);
    if (!Number.isNaN(time)) return time;
    throw new LabError(
      `Line ${line}: \`${name}\` is ${text === '' ? 'empty' : `${formatCell(text)}, not a date`}. Write dates as 2024-12-31.`,
    );
  });
}

/** Whether a text is a date, for a column without a name. */
export function isDate(text: string): boolean {
  return !Number.isFinite(Number(text)) && !Number.isNaN(parseDate(text, true));
}

/** The unit of times as numbers: "2 days", or "150" for numbers that are no dates. */
export function formatDuration(milliseconds: number, areDates: boolean): string {
  if (!areDates) return String(milliseconds);
  const unit = (['day', 'hour', 'minute', 'second'] as const).find((one) => milliseconds >= MILLISECONDS[one]);
  const count = Number((milliseconds / MILLISECONDS[unit ?? 'second']).toFixed(1));
  return `${count} ${unit ?? 'second'}${count === 1 ? '' : 's'}`;
}

/** The usual step of times in ascending order. */
export function usualStep(times: readonly number[]): number {
  const steps = times.slice(1).map((time, index) => time - times[index]!);
  return steps.length === 0 ? 0 : median(steps);
}

/**
 * Makes local times ascend that repeat an hour when the clocks go back in autumn.
 *
 * Times after the change are an hour later than before, up to the next change back, so this adds the hour only to the
 * times that overlap. At most one change per 150 days is accepted.
 */
export function undoClockChanges(times: readonly number[]): number[] {
  const step = usualStep(times);
  if (!(step > 0 && step <= MILLISECONDS.hour)) return [...times];
  const ascending = [...times];
  let lastChange = -Infinity;
  for (let index = 1; index < times.length; index += 1) {
    const back = ascending[index - 1]! - times[index]!;
    if (back < 0 || back >= MILLISECONDS.hour || times[index]! - lastChange < 150 * MILLISECONDS.day) continue;
    lastChange = times[index]!;
    // The repeated hour gets times between the last one before the change and the first one after it.
    const overlap = times.slice(index).findIndex((time) => time > ascending[index - 1]!);
    const repeated = overlap < 0 ? times.length - index : overlap;
    const from = ascending[index - 1]!;
    const to = times[index + repeated] ?? from + step;
    for (let offset = 0; offset < repeated; offset += 1) {
      ascending[index + offset] = from + ((offset + 1) * (to - from)) / (repeated + 1);
    }
    index += repeated;
  }
  return ascending;
}

function fromUnixTime(value: number): number {
  const isSeconds = value > UNIX.seconds && value < UNIX.milliseconds;
  return isSeconds ? value * MILLISECONDS.second : value;
}

function detectDayFirst(name: string, cells: readonly Cell[]): boolean {
  const dates = cells.flatMap(({ line, text }) => {
    const [, first, second] = YEAR_LAST.exec(text) ?? [];
    return first === undefined || second === undefined
      ? []
      : [{ line, text, first: Number(first), second: Number(second) }];
  });
  const [one] = dates;
  // With points the day comes first in every country that writes dates so.
  if (one === undefined || one.text.includes('.') || dates.some(({ first }) => first > 12)) return true;
  if (dates.some(({ second }) => second > 12)) return false;
  throw new LabError(
    `Line ${one.line}: \`${name}\` is ${formatCell(one.text)}, in which the day or the month may come first. Set dates=dmy or dates=mdy.`,
  );
}

function parseDate(text: string, isDayFirst: boolean): number {
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst) {
    const [, year, month = '1', day = '1', ...clock] = yearFirst;
    return toTime([year, month, day].map(Number), clock);
  }
  const yearLast = YEAR_LAST.exec(text);
  if (yearLast) {
    const [, first, second, year, ...clock] = yearLast;
    return toTime((isDayFirst ? [year, second, first] : [year, first, second]).map(Number), clock);
  }
  // Months as words, such as `Oct 05, 2020` and `31-Jan-2020`. Without a zone the machine's would apply.
  return MONTH.test(text) ? Date.parse(/(Z|UTC|GMT|[+-]\d{4})$/.test(text) ? text : `${text} UTC`) : NaN;
}

function toTime(date: readonly number[], clock: readonly (string | undefined)[]): number {
  const [year = NaN, month = NaN, day = NaN] = date;
  const [hour = '0', minute = '0', second = '0', half, zone = 'Z'] = clock;
  const time = Date.UTC(year, month - 1, day);
  const back = new Date(time);
  const exists = back.getUTCMonth() === month - 1 && back.getUTCDate() === day;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  if (!exists || hours > 24 || Number(minute) > 59 || Number(second) > 60) return NaN;
  const [, sign, zoneHours = '0', zoneMinutes = '0'] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  const offset = (sign === '-' ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes));
  return time + ((hours * 60 + Number(minute) - offset) * 60 + Number(second)) * MILLISECONDS.second;
}
