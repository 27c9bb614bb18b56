import type { DataNote, DataReport } from '../tasks/_data-report.ts';
import { formatShare } from '../tasks/_data-report.ts';

/** A data report in sentences. */
export interface DataDescription {
  readonly facts: readonly string[];
  /** What concerns more than 1 % of the data, with what to do about it. */
  readonly warnings: readonly string[];
}

/** Describes what a task read from its data. */
export function describeData(report: DataReport): DataDescription {
  const { unit, read, partUnit, parts, scored, classes, coverage = [], dates } = report;
  const isLimited = scored.validation < parts.validation - 1 || scored.test < parts.test - 1;
  const notes = [...report.dropped, ...report.changed, ...(report.outliers ? [report.outliers] : [])];
  // A note that is a warning is not said twice.
  const minor = notes.filter(({ what }) => !report.warnings.some((warning) => warning.includes(what)));
  const facts = [
    `${format(read)} ${unit} read; ${format(parts.training)} ${partUnit} to train on, ${format(parts.validation)} for validation, ${format(parts.test)} for the test.`,
    isLimited &&
      `Scored: the first ${format(scored.validation)} for validation and the first ${format(scored.test)} for the test (setting \`scored\`).`,
    classes && describeClasses(classes, unit),
    ...coverage.map(
      ({ of, size, share }) => `${format(size)} known ${of}, which are ${formatShare(share)} of the test part.`,
    ),
    dates &&
      `${dates.first} to ${dates.last}, ${dates.step} apart; ${dates.gaps === 0 ? 'no gaps' : `gaps: ${dates.gaps}, the longest ${dates.longestGap ?? ''}`}.`,
    ...minor.map((note) => describeNote(note, unit)),
  ];
  return { facts: facts.filter((fact) => typeof fact === 'string'), warnings: report.warnings };
}

function describeClasses(classes: Readonly<Record<string, number>>, unit: string): string {
  const counts = Object.values(classes);
  const [most, least] = [Math.max(...counts), Math.min(...counts)];
  return `${counts.length} classes of ${least === most ? format(least) : `${format(least)} to ${format(most)}`} ${unit}.`;
}

function describeNote({ count, what, advice }: DataNote, unit: string): string {
  return `${format(count)} ${unit} ${what}.${advice === undefined ? '' : ` ${advice}`}`;
}

function format(count: number): string {
  return count.toLocaleString('en-US');
}
