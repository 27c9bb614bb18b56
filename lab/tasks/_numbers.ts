/**
 * Parses the numbers of a column, with a decimal point or comma, and finds the missing ones.
 *
 * @module
 */

import { quantile } from 'simple-statistics';
import { LabError } from '../errors.ts';
import { formatCell } from './_table.ts';

/** The text of one cell and its line in the file. */
export interface Cell {
  readonly line: number;
  readonly text: string;
}

/** The texts that stand for a missing value: those of pandas, and some of spreadsheets. */
const MISSING = new Set([
  '',
  '#n/a',
  '#n/a n/a',
  '#na',
  '#value!',
  '<na>',
  'n/a',
  'na',
  'null',
  'nan',
  '-nan',
  'none',
  '-',
  '--',
  '?',
]);

/** Numbers that stand for a missing value in files of measurements: −99.9, −999, 9999, −9999.0 and so on. */
const SENTINEL = /^[+-]?(99\.9+|999+(\.[09]+)?)$/;

/** A sentinel lies this many interquartile ranges outside the quartiles, which Tukey (1977) calls far out. */
const FAR_OUT = 3;

/** The square of a larger number, in the units of a score, is beyond 32-bit floating-point numbers. */
const LARGEST = 1e15;

const NUMBER = {
  point: /^[+-]?(?=[.\d])(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?(e[+-]?\d+)?$/i,
  comma: /^[+-]?(?=[,\d])(\d+|\d{1,3}(\.\d{3})+)?(,\d*)?(e[+-]?\d+)?$/i,
};

/** How a file writes the decimals of numbers; `auto` decides by the whole column. */
export type DecimalStyle = 'auto' | keyof typeof NUMBER;

/**
 * Parses the numbers of a column.
 *
 * @returns a number for each cell, NaN for a missing one
 * @throws LabError that names the first line with an invalid or ambiguous number
 */
export function parseNumbers(name: string, cells: readonly Cell[], style: DecimalStyle): number[] {
  const present = cells.filter(({ text }) => !isMissingText(text));
  const decimal = style === 'auto' ? detectDecimal(name, present) : style;
  const invalid = present.find(({ text }) => !NUMBER[decimal].test(text));
  if (invalid !== undefined) {
    throw new LabError(
      `Line ${invalid.line}: \`${name}\` is ${formatCell(invalid.text)}, not a number. Write a number such as ${decimal === 'point' ? '1.5' : '1,5'}, or leave it empty.`,
    );
  }
  const values = cells.map(({ text }) => (isMissingText(text) ? NaN : toNumber(text, decimal)));
  const large = values.findIndex((value) => Math.abs(value) > LARGEST);
  if (large >= 0) {
    const { line, text } = cells[large]!;
    throw new LabError(
      `Line ${line}: \`${name}\` is ${formatCell(text)}. Numbers up to 1e15 are allowed. Correct it, or use a larger unit for the whole column.`,
    );
  }
  return withoutSentinels(cells, values, decimal);
}

/** Whether a column has numbers, so that a series can be read from it. */
export function hasNumbers(texts: readonly string[]): boolean {
  const present = texts.filter((text) => !isMissingText(text));
  return present.length > 0 && present.some((text) => NUMBER.point.test(text) || NUMBER.comma.test(text));
}

function isMissingText(text: string): boolean {
  return MISSING.has(text.toLowerCase());
}

function toNumber(text: string, decimal: 'point' | 'comma'): number {
  return Number(decimal === 'point' ? text.replaceAll(',', '') : text.replaceAll('.', '').replace(',', '.'));
}

function detectDecimal(name: string, cells: readonly Cell[]): 'point' | 'comma' {
  const withComma = cells.filter(({ text }) => text.includes(','));
  const [first] = withComma;
  if (first === undefined) return 'point';
  const [isPoint, isComma] = [NUMBER.point, NUMBER.comma].map((form) => cells.every(({ text }) => form.test(text)));
  if (isPoint && isComma) {
    const [asComma, asPoint] = [toNumber(first.text, 'comma'), toNumber(first.text, 'point')];
    throw new LabError(
      `Line ${first.line}: \`${name}\` is ${formatCell(first.text)}, which can be ${asComma} or ${asPoint}. Set decimal=comma or decimal=point.`,
    );
  }
  if (isPoint || isComma) return isComma ? 'comma' : 'point';
  const fits = (form: RegExp): number => withComma.filter(({ text }) => form.test(text)).length;
  return fits(NUMBER.comma) > fits(NUMBER.point) ? 'comma' : 'point';
}

/** Replaces values that stand for a missing one by NaN. */
function withoutSentinels(cells: readonly Cell[], values: readonly number[], decimal: 'point' | 'comma'): number[] {
  const isSentinel = cells.map(({ text }) => SENTINEL.test(decimal === 'comma' ? text.replace(',', '.') : text));
  const others = values.filter((value, index) => !Number.isNaN(value) && !isSentinel[index]);
  if (others.length === 0 || others.length === values.length) return [...values];
  const [low, high] = [quantile(others, 0.25), quantile(others, 0.75)];
  const reach = FAR_OUT * (high - low);
  return values.map((value, index) =>
    isSentinel[index] && (value < low - reach || value > high + reach) ? NaN : value,
  );
}
