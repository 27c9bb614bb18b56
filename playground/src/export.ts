import type { EndRecord, StepLine } from 'gradclip-lab/browser';
import type { RunView } from './run-view.ts';

// The records of a run that has ended, as the lab writes them: one line of JSON each.
function recordsOf(run: Pick<RunView, 'start' | 'lines'>, end: EndRecord): string {
  return [run.start, ...run.lines.map(lineOf), lineOf(end)].map((line) => `${line}\n`).join('');
}

// As the lab's own `toLine`, which would bring all of tfjs along: JSON has no NaN and no infinities.
function lineOf(record: StepLine | EndRecord): string {
  return JSON.stringify(record, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}

/** Hands the records of a run to the browser to save, under the name by which `gradclip-lab report` finds them. */
export function exportRun(run: RunView, end: EndRecord): void {
  const { id } = JSON.parse(run.start) as { id: string };
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([recordsOf(run, end)], { type: 'application/jsonl' }));
  link.download = `${id}.jsonl`;
  link.click();
  URL.revokeObjectURL(link.href);
}
