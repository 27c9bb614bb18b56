import { describeData } from '../analysis/describe-data.ts';
import type { DataReport } from '../tasks/_data-report.ts';
import { wrapText } from './text-table.ts';

/** Formats what a task read from its data, for a terminal. */
export function formatDataReport(task: string, report: DataReport): string {
  const { facts, warnings } = describeData(report);
  return [
    `${task}: ${facts[0] ?? ''}`,
    ...facts.slice(1).map((fact) => `  ${fact}`),
    ...warnings.map((one) => `  Warning: ${one}`),
  ]
    .map((line) => wrapText(line.trimStart(), line.startsWith(' ') ? '  ' : ''))
    .join('\n');
}
