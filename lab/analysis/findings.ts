import { findUnclipped, groupContests, margin, type Contender, type Contest } from './contests.ts';
import { groupBy } from './group-by.ts';
import { formatPercent, formatScore, formatSigned, joinWords, labelStrategies } from './names.ts';
import type { Gain, SummaryRow } from './summary.ts';
import type { Verdict } from './verdict.ts';

type Name = (contender: Contender) => string;

/** Describes the rows in sentences: one paragraph for each task, cell and optimizer. */
export function writeFindings(rows: readonly SummaryRow[]): string[] {
  const label = labelStrategies(rows.map(({ strategy }) => strategy));
  const contests = groupContests(rows);
  const several = new Set(contests.map(({ task, variant, optimizer }) => [task, variant, optimizer].join())).size > 1;
  return contests.map((contest) => {
    const { cell, task, variant, optimizer } = contest;
    const subject = several ? `${cell} (${[task, variant, optimizer].filter(Boolean).join(', ')})` : cell;
    return `${subject}: ${describeContest(contest, (contender) => label(contender.strategy))}`;
  });
}

/** The row that represents a contender: its best setting, or any setting if every median diverged. */
export function shownRow({ best, rows }: Contender): SummaryRow {
  return best ?? (rows[0] as SummaryRow);
}

/** Formats a gain with its interval: `+0.67, 95 % interval +0.6 to +0.72, better for 8 of 8 seeds`. */
export function formatGain({ value, low, high, isRange, better, seeds }: Gain): string {
  const wins = `better for ${better} of ${seeds} seeds`;
  if (value === null) return wins;
  const end = (one: number | null): string => (one === null ? 'diverged' : formatSigned(one));
  const interval = seeds < 2 ? '' : `, ${isRange ? 'range' : '95 % interval'} ${end(low)} to ${end(high)}`;
  return `${formatSigned(value)}${interval}, ${wins}`;
}

function describeContest(contest: Contest, name: Name): string {
  const unclipped = findUnclipped(contest);
  const clipped = contest.contenders.filter((contender) => contender !== unclipped);
  if (unclipped === undefined || clipped.length === 0) return describeWinner(contest.contenders, name);
  const byVerdict = groupBy(clipped, (contender) => verdictKind(shownRow(contender).verdict));
  const conclusions = [...byVerdict].map(([kind, some]) => `${kind}: ${joinDescriptions(some, name)}.`);
  return `without clipping ${describeContender(unclipped)}. ${conclusions.join(' ')}`;
}

/** The verdict as the beginning of a sentence, without the numbers that the description of a strategy has. */
function verdictKind(verdict: Verdict | undefined): string {
  if (verdict === undefined || verdict === 'interval only') return 'Not tested';
  if (verdict.startsWith('too few')) return 'Too few seeds to conclude';
  return verdict.charAt(0).toUpperCase() + verdict.slice(1);
}

function joinDescriptions(contenders: readonly Contender[], name: Name): string {
  return contenders
    .map((contender) => {
      const { gain, adjustedP, clipRate } = shownRow(contender);
      const facts = [
        ...(gain === undefined ? [] : [formatGain(gain)]),
        ...(adjustedP === undefined ? [] : [`adjusted p ${formatP(adjustedP)}`]),
        `${formatPercent(clipRate)} of steps clipped`,
      ];
      return `${name(contender)} ${describeContender(contender)} (${facts.join('; ')})`;
    })
    .join('; ');
}

/** A p-value as a reader needs it: two digits, and never 0. */
export function formatP(p: number): string {
  return p < 0.001 ? '< 0.001' : String(Number(p.toPrecision(2)));
}

/** Describes the best contender if there is nothing to compare clipping with. */
function describeWinner(contenders: readonly Contender[], name: Name): string {
  const [winner] = contenders
    .filter(({ best }) => best !== undefined)
    .toSorted((a, b) => margin(b.best as SummaryRow, a.best as SummaryRow));
  if (winner === undefined)
    return countRuns(contenders) === 1 ? 'the only run diverged.' : `all ${countRuns(contenders)} runs diverged.`;
  const among = contenders.length === 1 ? '' : ', the best of those compared';
  return `${name(winner)} ${describeContender(winner)}${among}.`;
}

/** Describes a contender's score, its rate, and the rates at which runs diverged. */
function describeContender({ best, rows, edge }: Contender): string {
  const failed = rows.filter(({ diverged }) => diverged > 0);
  const rates = failed.map(
    ({ learningRate, diverged, seeds }) => `${learningRate} (${diverged} of ${seeds.length} seeds)`,
  );
  const failures = failed.length === 0 ? [] : [`diverged at rate ${joinWords(rates)}`];
  if (best === undefined) return failures.join('');
  const { metric, learningRate } = best;
  const position = edge === undefined ? '' : `, the ${edge} of the grid`;
  const score = `${formatScore(metric.median ?? NaN)} ${metric.name} (rate ${learningRate}${position})`;
  return [score, ...failures].join(', ');
}

function countRuns(contenders: readonly Contender[]): number {
  return contenders.flatMap(({ rows }) => rows).reduce((sum, { seeds }) => sum + seeds.length, 0);
}
