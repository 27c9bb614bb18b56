// What happens to files: they are cut, overwritten, edited by hand, and written to by something else.
import type { Random } from '../../src/testing/random.ts';

/** A file that something happened to. */
export interface Damaged<Content> {
  readonly content: Content;
  readonly how: string;
  /** The first line that differs, from 1, where it is a text. */
  readonly line: number;
}

const STRAY = ['\u0000', '"', '{', '}', ',', '9', '-', ' ', '\t', '\ufffd', 'é', '\ud800', '\n', '\r', 'e', 'null'];

/** Lines that are JSON and no record, or no JSON at all. */
const FOREIGN = [
  '',
  'null',
  '7',
  '[]',
  '{}',
  '{"type":"constructor"}',
  '{"type":"__proto__","step":0}',
  '{"type":"toString"}',
  '{"type":"step","step":"constructor","loss":"toString"}',
  '{"type":"end"}',
  '<<<<<<< HEAD',
  '\u0000\u0000\u0000',
];

/** A text to which one thing happened; the same for the same random numbers. */
export function damagedText(text: string, random: Random): Damaged<string> {
  const below = (count: number): number => Math.floor(random.uniform(0, count));
  const at = below(text.length);
  const lineOf = (place: number): number => text.slice(0, place).split('\n').length;
  const lines = text.split('\n');
  const [one, other] = [below(lines.length), below(lines.length)];
  const some = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;
  const whole = (changed: readonly string[]): Damaged<string>['content'] => changed.join('\n');
  switch (below(7)) {
    case 0:
      return { how: 'is cut', content: text.slice(0, at), line: lineOf(at) };
    case 1: {
      const content = text.slice(0, at) + some(STRAY) + text.slice(at + 1);
      return { how: 'has a character overwritten', content, line: lineOf(at) };
    }
    case 2:
      return {
        how: 'has a character inserted',
        content: text.slice(0, at) + some(STRAY) + text.slice(at),
        line: lineOf(at),
      };
    case 3:
      return { how: 'lacks a line', content: whole(lines.toSpliced(one, 1)), line: one + 1 };
    case 4:
      return { how: 'has a line twice', content: whole(lines.toSpliced(one, 0, lines[one] ?? '')), line: one + 2 };
    case 5: {
      const changed = lines.with(one, lines[other] ?? '').with(other, lines[one] ?? '');
      return { how: 'has two lines changed round', content: whole(changed), line: Math.min(one, other) + 1 };
    }
    default:
      return { how: 'has a foreign line', content: whole(lines.with(one, some(FOREIGN))), line: one + 1 };
  }
}

/** Bytes that are cut, overwritten in places, or foreign altogether. */
export function damagedBytes(
  bytes: Uint8Array,
  random: Random,
): { readonly how: string; readonly content: Uint8Array } {
  const at = Math.floor(random.uniform(0, bytes.length));
  if (random.chance(0.4)) return { how: 'is cut', content: bytes.slice(0, at) };
  const content = Uint8Array.from(bytes);
  // Headers come first, and are what matters most.
  const reach = random.chance(0.6) ? Math.min(64, bytes.length) : bytes.length;
  for (let count = 0; count < 4; count += 1) {
    content[Math.floor(random.uniform(0, reach))] = Math.floor(random.uniform(0, 256));
  }
  return { how: 'has bytes overwritten', content };
}
