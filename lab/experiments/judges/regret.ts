import type { Answer, DotFigure } from '../../analysis/answer.ts';
import { groupContests, type Contender, type Contest } from '../../analysis/contests.ts';
import { formatP, shownRow } from '../../analysis/findings.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { formatPercent, formatScore, formatSigned, joinWords } from '../../analysis/names.ts';
import { nameContenders } from '../../analysis/overall.ts';
import { compareBySeed, type SeedComparison } from '../../analysis/statistics.ts';
import { scoresBySeed, type SummaryRow } from '../../analysis/summary.ts';
import { formatDifference, gainRow, nameContest } from './gains.ts';
import { hasTunedThreshold, thresholdsFigure, thresholdsTable } from './thresholds.ts';

/** A strategy against the tuned threshold on one network. */
interface Regret {
  readonly contest: Contest;
  readonly name: string;
  readonly contender: Contender;
  readonly tuned: Contender;
  readonly comparison: SeedComparison;
}

/** Measures by how much thresholds that find themselves are worse than the tuned threshold of `global-norm`. */
export function judgeRegret(rows: readonly SummaryRow[]): Answer {
  const contests = groupContests(rows);
  const regrets = contests.flatMap(regretsOf);
  const byName = [...groupBy(regrets, ({ name }) => name)];
  return {
    headline: byName.map(([name, own]) => describeRegret(name, own)).join(' '),
    statements: [],
    figures: [regretFigure(regrets), thresholdsFigure(rows)],
    tables: [
      thresholdsTable(contests),
      {
        title: 'Against the tuned threshold, seed by seed',
        note:
          'Difference: the median over the seeds of the improvement over the tuned threshold, in the unit of the test score, ' +
          'with its 95 % interval. p is not adjusted.',
        columns: [
          'task',
          'cell',
          'strategy',
          'score',
          'tuned score',
          'tuned maxNorm',
          'difference',
          'p',
          'steps clipped',
        ],
        rows: regrets.map(({ contest, name, contender, tuned, comparison }) => {
          const [own, best] = [shownRow(contender), shownRow(tuned)];
          return [
            nameContest(contest),
            contest.cell,
            name,
            formatScore(own.metric.median ?? NaN),
            formatScore(best.metric.median ?? NaN),
            String(best.strategy.options['maxNorm']),
            formatDifference(comparison),
            formatP(comparison.p),
            formatPercent(own.clipRate),
          ];
        }),
      },
    ],
  };
}

function regretsOf(contest: Contest): Regret[] {
  const tuned = contest.contenders.find(hasTunedThreshold);
  if (tuned === undefined) return [];
  return nameContenders(contest).flatMap(({ name, contender }) => {
    if (contender === tuned) return [];
    const [own, best] = [shownRow(contender), shownRow(tuned)];
    const comparison = compareBySeed(scoresBySeed(own), scoresBySeed(best), own.metric.better);
    return [{ contest, name, contender, tuned, comparison }];
  });
}

/** States on how many networks a strategy is as good as the tuned threshold, and where it is worse. */
function describeRegret(name: string, own: readonly Regret[]): string {
  const [worse, better] = [-1, 1].map((sign) => own.filter(({ comparison }) => isCertain(comparison, sign)));
  const networks = (some: readonly Regret[]): string =>
    joinWords(
      some.map(
        ({ contest, comparison }) => `${nameContest(contest)} with ${contest.cell} (${formatSigned(comparison.gain)})`,
      ),
    );
  const parts = [
    ...(better!.length === 0 ? [] : [`better on ${networks(better!)}`]),
    ...(worse!.length === 0 ? [] : [`worse on ${networks(worse!)}`]),
    `no significant difference on ${own.length - better!.length - worse!.length}`,
  ];
  return `${name === 'none' ? 'No clipping' : name}, compared with the tuned threshold on ${own.length} networks: ${parts.join('; ')}.`;
}

/** Whether the whole interval lies on one side of 0. */
function isCertain({ interval: { low, high, isRange } }: SeedComparison, sign: number): boolean {
  return !isRange && (sign > 0 ? low > 0 : high < 0);
}

function regretFigure(regrets: readonly Regret[]): DotFigure {
  return {
    id: 'regret',
    title: 'Against the tuned threshold',
    note:
      'Median over the seeds of the improvement over the best of four tuned thresholds, with its 95 % interval; ' +
      'small dots are seeds. Left of the line is worse.',
    x: { name: 'better →', better: 'higher' },
    dotPanels: [...groupBy(regrets, ({ contest }) => nameContest(contest))].map(([task, some]) => ({
      title: `${task}: ${some[0]!.contender.rows[0]!.metric.name}`,
      level: { x: 0, name: 'tuned threshold' },
      rows: some.map(({ contest, name, contender, tuned }) => gainRow(`${contest.cell} · ${name}`, contender, tuned)),
    })),
  };
}
