/**
 * Texts as arrays of code points, which worker threads can share, and the alphabets that give characters ids.
 *
 * @module
 */

import { LabError } from '../errors.ts';

/** Represents every character outside the alphabet. */
export const RARE_CHARACTER = '\uFFFD';

/** One more than the largest code point. */
const CODE_POINTS = 0x11_0000;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BYTE_ORDER_MARK = 0xfe_ff;

/** The share of the training part that the advice about a larger alphabet aims at. */
const WANTED_COVERAGE = 0.995;

/**
 * Converts a text to code points in memory that threads can share. Every kind of line break becomes a line feed.
 *
 * Takes 4 bytes for each character.
 */
export function toCodePoints(text: string): Int32Array {
  // Browsers have shared memory only on pages that are isolated from other origins.
  const bytes = text.length * Int32Array.BYTES_PER_ELEMENT;
  const memory = typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
  const points = new Int32Array(memory);
  let length = 0;
  for (let index = text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0; index < text.length; index += 1) {
    const point = text.codePointAt(index)!;
    if (point === CARRIAGE_RETURN) {
      if (text.charCodeAt(index + 1) === LINE_FEED) index += 1;
      points[length++] = LINE_FEED;
    } else {
      if (point > 0xff_ff) index += 1;
      points[length++] = point;
    }
  }
  return points.subarray(0, length);
}

/** The characters of a text and their ids. */
export interface TextAlphabet {
  /** The characters by id. The last is {@link RARE_CHARACTER}. */
  readonly characters: readonly string[];
  /** The id of every code point. */
  readonly ids: Uint16Array;
  /** How many different characters the text has. */
  readonly distinct: number;
  /** The size with which the alphabet would cover almost all of the text. */
  readonly sizeToCover: number;
}

/**
 * Creates an alphabet of the most frequent characters of a text. All others share the last id.
 *
 * @param maxSize the number of ids, including that of rare characters
 * @throws LabError for a text that repeats a single character
 */
export function createTextAlphabet(points: Int32Array, maxSize: number): TextAlphabet {
  const counts = new Uint32Array(CODE_POINTS);
  for (const point of points) counts[point]! += 1;
  const present = Array.from(counts.keys()).filter((point) => counts[point]! > 0);
  if (present.length < 2) throw new LabError('The text repeats a single character. Use a text that varies.');
  // Sorting is stable, so ties are ordered by code point and the alphabet depends on the text alone.
  const byFrequency = present.sort((a, b) => counts[b]! - counts[a]!);
  let covered = 0;
  const sizeToCover = byFrequency.findIndex((point) => (covered += counts[point]!) >= WANTED_COVERAGE * points.length);
  const kept = byFrequency.slice(0, maxSize - 1).sort((a, b) => a - b);
  const ids = new Uint16Array(CODE_POINTS).fill(kept.length);
  kept.forEach((point, id) => (ids[point] = id));
  const characters = [...kept.map((point) => String.fromCodePoint(point)), RARE_CHARACTER];
  return { characters, ids, distinct: present.length, sizeToCover: sizeToCover + 2 };
}

/** The share of a text that consists of characters with an id of their own. */
export function measureCoverage(points: Int32Array, { characters, ids }: TextAlphabet): number {
  const rare = characters.length - 1;
  return points.reduce((count, point) => count + (ids[point] === rare ? 0 : 1), 0) / points.length;
}

/**
 * The bits per character on `held` of a predictor that knows only the character frequencies in `training`.
 *
 * Every count is increased by one, so that no character is impossible.
 *
 * @param idOf maps the elements of both texts to ids; by default they are ids already
 */
export function unigramBitsPerCharacter(
  training: Int32Array,
  held: Int32Array,
  alphabet: number,
  idOf: (element: number) => number = (id) => id,
): number {
  const counts = new Float64Array(alphabet).fill(1);
  for (const element of training) counts[idOf(element)]! += 1;
  const total = training.length + alphabet;
  return held.reduce((sum, element) => sum - Math.log2(counts[idOf(element)]! / total), 0) / held.length;
}
