import { randomNumbers } from '../random.ts';
import type { Pair } from './_pairs.ts';

const DAYS = 73_049;

/** Generates distinct dates from 1900 to 2099, formatted in two languages by the platform's `Intl`. */
export function generateDatePairs(count: number, from: string, to: string): Pair[] {
  const formatterFor = (locale: string): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeZone: 'UTC' });
  const [source, target] = [formatterFor(from), formatterFor(to)];
  // Twice as many as needed, because some are duplicates.
  const days = new Set(Array.from(randomNumbers(2 * count, 'dates'), (u) => Math.floor(u * DAYS)));
  return [...days].slice(0, count).map((day) => {
    const date = new Date(Date.UTC(1900, 0, 1 + day));
    return { source: source.format(date), target: target.format(date) };
  });
}
