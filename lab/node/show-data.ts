import { formatDataReport } from '../text/data-text.ts';
import type { DataReport } from '../tasks/_data-report.ts';
import type { Screen } from './progress.ts';

const shown = new WeakMap<Screen, Set<string>>();

/** Returns a function that writes what a task read from its data, each text once per screen. */
export function dataWriter(screen: Screen): (read: readonly [task: string, report: DataReport]) => void {
  const texts = shown.get(screen) ?? new Set();
  shown.set(screen, texts);
  return ([task, report]) => {
    const text = formatDataReport(task, report);
    if (!texts.has(text)) screen.write(`${text}\n`);
    texts.add(text);
  };
}
