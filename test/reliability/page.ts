// docs/reliability.md, made from what the full runs measured.
import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { filed, type Figures, type Row } from './figures.ts';
import { SECTIONS } from './sections.ts';

/** From here on the page is written by hand, and kept. */
const MARK = '<!-- Below this line: not made by test/reliability. -->';

const INTRODUCTION = `---
title: Reliability
---

# Reliability

What is tried so often that it can be trusted, with the figures of the last full run. Each subject is one function, which \`npm test\`
calls a few times and \`npm run test:slow\` as often as stands here. It throws at the first thing that does not hold, so each table is of a
run in which everything held.
`;

const page = new URL('../../docs/reliability.md', import.meta.url);

/** The page as it should be: made from the figures, down to the mark, and as it is from there. */
export async function pageNow(): Promise<string> {
  const [, below = '\n'] = readPage().split(MARK);
  const text = `${INTRODUCTION}${sectionsOf(filed())}\n${MARK}\n`;
  const made = await format(text, { parser: 'markdown', printWidth: 150, singleQuote: true, proseWrap: 'always' });
  return made.trimEnd() + below;
}

/** The page as it is. */
function readPage(): string {
  try {
    return readFileSync(page, 'utf8');
  } catch {
    return '';
  }
}

function sectionsOf(figures: ReadonlyMap<string, Figures>): string {
  return SECTIONS.map(({ subject, title, text }) => {
    const measured = figures.get(subject);
    if (measured === undefined) throw new Error(`there are no figures of ${subject}: ${commandFor(subject)}`);
    const { rows, seconds, environment } = measured;
    const where = `\`${commandFor(subject)}\`: ${timeOf(seconds)} on ${environment}.`;
    return `## ${title}\n\n${text}\n\n${tableOf(rows)}\n\n${where}\n`;
  }).join('\n');
}

/** What measures a subject anew. */
function commandFor(subject: string): string {
  return subject.endsWith('-in-a-browser')
    ? 'VITE_RELIABILITY=full npx vitest run --project browser test/system/browser/reliability.test.ts'
    : `npm run test:slow -- test/reliability -t "${subject}: "`;
}

function tableOf(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns),
    line(columns.map((name) => (rows.every((row) => isFigure(row[name])) ? '---:' : '---'))),
    ...rows.map((row) => line(columns.map((name) => row[name] ?? ''))),
  ].join('\n');
}

// With or without a unit, or the dash where there is none.
function isFigure(cell: string | number = ''): boolean {
  return /^(–|-?[\d.]+( MB)?)$/.test(String(cell));
}

function timeOf(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`;
}
