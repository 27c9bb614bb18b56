import type { EndRecord, StepLine } from 'gradclip-lab/browser';
import type { RunView } from './run-view.ts';

/** The records of a run that has ended, as the lab writes them: one line of JSON each. */
export function recordsOf(run: Pick<RunView, 'start' | 'lines'>, end: EndRecord): string {
  return [run.start, ...run.lines.map(lineOf), lineOf(end)].map((line) => `${line}\n`).join('');
}

// As the lab's own `toLine`, which would bring all of tfjs along: JSON has no NaN and no infinities.
function lineOf(record: StepLine | EndRecord): string {
  return JSON.stringify(record, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}

/** Hands a text to the browser as a file to save. */
export function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/jsonl' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
