import { toLine } from 'gradclip-lab/browser';
import type { RunView } from './session.ts';

/** The records of a run that has ended, as the lab writes them: one line of JSON each. */
export function recordsOf(run: RunView): string | undefined {
  const end = run.end.value;
  if (end === undefined) return undefined;
  return [run.start, ...run.lines.map(toLine), toLine(end)].map((line) => `${line}\n`).join('');
}

/** Hands a text to the browser as a file to save. */
export function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/jsonl' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
