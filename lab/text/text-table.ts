import Table from 'cli-table3';
import type { AnswerTable } from '../analysis/answer.ts';

/** The width of a terminal. */
export const WIDTH = 80;

const BARE = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map((part) => [part, '']),
);

/** A table without lines, its columns of these widths. */
export function formatTable(
  head: readonly string[],
  widths: readonly number[],
  rows: readonly (readonly string[])[],
): string {
  const table = new Table({
    head: [...head],
    colWidths: [...widths],
    wordWrap: true,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
    chars: BARE,
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** A judged table for a terminal: as wide as its content where that fits, narrowed and wrapped where it does not. */
export function formatAnswerTable({ title, note, columns, rows }: AnswerTable): string {
  const wanted = columns.map((name, at) => 1 + Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const total = wanted.reduce((sum, one) => sum + one, 0);
  const least = columns.map((name, at) => {
    const words = [name, ...rows.map((row) => row[at] ?? '')].flatMap((text) => text.split(' '));
    return 1 + Math.max(...words.map((word) => word.length));
  });
  const spare = WIDTH - least.reduce((sum, one) => sum + one, 0);
  const lacking = total - least.reduce((sum, one) => sum + one, 0);
  const share = lacking <= 0 ? 0 : Math.max(0, Math.min(1, spare / lacking));
  const widths = least.map((one, at) => one + Math.floor(share * ((wanted[at] ?? one) - one)));
  return `${title}\n${wrapText(note)}\n\n${formatTable(columns, widths, rows)}`;
}

/** Breaks a text at spaces so that no line is longer than the terminal is wide; lines after the first stand further in. */
export function wrapText(text: string, indent = ''): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined) lines.push(`${indent}${word}`);
    else if (line.length + 1 + word.length > WIDTH) lines.push(`${indent}  ${word}`);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join('\n');
}
