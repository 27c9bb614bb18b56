import { groupContests, margin, type Contender, type Contest } from './contests.ts';
import { joinWords, formatPercent, formatScore, labelStrategies } from './names.ts';
import { countWins } from './statistics.ts';
import { scoresBySeed, type SummaryRow } from './summary.ts';

/** Scores that differ by less than this fraction count as equal. */
export const EQUAL_WITHIN = 0.01;

/** Describes the rows in sentences: one paragraph for each task, cell and optimizer. */
export function writeFindings(rows: readonly SummaryRow[]): string[] {
  const label = labelStrategies(rows.map(({ strategy }) => strategy));
  const contests = groupContests(rows);
  const several = new Set(contests.map(({ task, variant, optimizer }) => [task, variant, optimizer].join())).size > 1;
  return contests.map((contest) => {
    const { cell, task, variant, optimizer } = contest;
    const subject = several ? `${cell} (${[task, variant, optimizer].filter(Boolean).join(', ')})` : cell;
    return `${subject}: ${compareWithUnclipped(contest, (contender) => label(contender.strategy))}`;
  });
}

/**
 * Checks whether two settings are too close to distinguish.
 *
 * They are tied if their medians differ by at most 1 %. With several seeds they are also tied if each median lies within
 * the quartiles of the other, or if most seeds do not favour the better median.
 */
export function isTied(a: SummaryRow, b: SummaryRow): boolean {
  const [one, other] = [a.metric.median ?? NaN, b.metric.median ?? NaN];
  if (Math.abs(one - other) <= EQUAL_WITHIN * Math.abs(other)) return true;
  if (a.seeds.length < 2 || b.seeds.length < 2) return false;
  if (quartilesInclude(a, other) && quartilesInclude(b, one)) return true;
  const { better, worse } = countWins(scoresBySeed(a), scoresBySeed(b), a.metric.better);
  return better + worse > 0 && (margin(a, b) > 0 ? better <= worse : worse <= better);
}

type Name = (contender: Contender) => string;

function compareWithUnclipped({ contenders }: Contest, name: Name): string {
  const unclipped = contenders.find(({ strategy }) => strategy.id === 'none');
  const clipped = contenders.filter((contender) => contender !== unclipped);
  if (unclipped === undefined || clipped.length === 0) return describeWinner(contenders, name);
  const [winner] = rank(clipped);
  const [with_, bare] = [winner?.best, unclipped.best];
  const without = bare === undefined ? '' : `Best without: ${describeScore(unclipped)}${describeFailures(unclipped)}.`;
  if (winner === undefined || with_ === undefined) {
    return bare === undefined
      ? 'every run diverged, clipped or not.'
      : `clipping lost: every clipped run diverged. ${without}`;
  }
  const among = clipped.length === 1 ? 'Best' : `Best of the ${clipped.length}`;
  const best = `${among} with it: ${describeScore(winner, `${name(winner)}, `)}, ${formatPercent(with_.clipRate)} of its steps clipped.`;
  const rest = describeOthers(clipped, winner, bare, name);
  if (bare === undefined) return `clipping helped. ${best} Without it every run diverged.${rest}`;
  const opening = isTied(with_, bare)
    ? 'clipping made no clear difference'
    : margin(with_, bare) > 0
      ? 'clipping helped'
      : 'clipping lost';
  return `${opening}. ${best} ${without}${rest}`;
}

/** Describes the best contender if there is nothing to compare clipping with. */
function describeWinner(contenders: readonly Contender[], name: Name): string {
  const [winner] = rank(contenders);
  if (winner === undefined) return 'every run diverged.';
  const among = contenders.length === 1 ? '' : ', the best of those compared';
  return `${describeScore(winner, `${name(winner)}, `)}${among}${describeFailures(winner)}.`;
}

/** Compares the strategies other than the winner with no clipping. */
function describeOthers(
  clipped: readonly Contender[],
  winner: Contender,
  bare: SummaryRow | undefined,
  name: Name,
): string {
  const rest = clipped.filter((contender) => contender !== winner);
  const scored = (contender: Contender): string =>
    `${name(contender)} (${contender.best === undefined ? 'diverged' : formatScore(contender.best.metric.median ?? NaN)})`;
  const equalsNone = ({ best }: Contender): boolean => best !== undefined && bare !== undefined && isTied(best, bare);
  const isWorse = (contender: Contender): boolean => {
    const { best } = contender;
    return best === undefined || (bare !== undefined && !equalsNone(contender) && margin(best, bare) < 0);
  };
  // If the winner is no better than no clipping, neither are the others, so they are not listed.
  const equal = bare !== undefined && isTied(winner.best as SummaryRow, bare) ? [] : rest.filter(equalsNone);
  const worse = rest.filter(isWorse);
  return [
    equal.length > 0 ? ` No clear difference: ${joinWords(equal.map(scored))}.` : '',
    worse.length > 0 ? ` Worse than no clipping: ${joinWords(worse.map(scored))}.` : '',
  ].join('');
}

function rank(contenders: readonly Contender[]): Contender[] {
  return contenders
    .filter(({ best }) => best !== undefined)
    .toSorted((a, b) => margin(b.best as SummaryRow, a.best as SummaryRow));
}

function quartilesInclude({ metric: { better, q1, q3 } }: SummaryRow, value: number): boolean {
  const worst = better === 'lower' ? Infinity : -Infinity;
  const [low, high] = [q1 ?? worst, q3 ?? worst];
  return value >= Math.min(low, high) && value <= Math.max(low, high);
}

function describeScore({ best, rows }: Contender, who = ''): string {
  const { metric, learningRate } = best as SummaryRow;
  const position =
    rows.length < 2
      ? ''
      : best === rows.at(-1)
        ? ', the largest tried'
        : best === rows[0]
          ? ', the smallest tried'
          : '';
  return `${formatScore(metric.median ?? NaN)} ${metric.name} (${who}rate ${learningRate}${position})`;
}

function describeFailures({ rows }: Contender): string {
  const failed = rows.filter(({ diverged }) => diverged > 0);
  if (failed.length === 0) return '';
  const rates = failed.map(({ learningRate, diverged, seeds }) =>
    diverged === seeds.length ? String(learningRate) : `${learningRate} (${diverged} of ${seeds.length} seeds)`,
  );
  return `; it diverged at rate ${joinWords(rates)}`;
}
