import { sum } from 'simple-statistics';
import type { Answer, DotFigure } from '../../analysis/answer.ts';
import { groupContests, type Contender, type Contest } from '../../analysis/contests.ts';
import { formatP, shownRow } from '../../analysis/findings.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { formatPercent, formatScore, formatSigned, joinWords } from '../../analysis/names.ts';
import { nameContenders } from '../../analysis/overall.ts';
import { compareBySeed, type SeedComparison } from '../../analysis/statistics.ts';
import { scoresBySeed, type SummaryRow } from '../../analysis/summary.ts';
import { formatDifference, gainRow, nameContest } from './gains.ts';
import { countNetworks } from './verdict-sentences.ts';
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
    headline: describeRegrets(byName),
    statements: [],
    figures: [regretFigure(regrets), thresholdsFigure(rows)],
    tables: [
      thresholdsTable(contests),
      {
        title: 'Against the tuned threshold, seed by seed',
        note:
          'Difference: the median over the seeds of the improvement over the tuned threshold, in the unit of the test score, ' +
          'with its 95 % interval. p is not adjusted for the number of comparisons.',
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

/** States which strategies do not clearly differ from the tuned threshold, and where the others are better or worse. */
function describeRegrets(byName: readonly (readonly [string, readonly Regret[]])[]): string {
  if (byName.some(([, own]) => own.some(({ comparison }) => comparison.interval.isRange)))
    return 'Too few seeds to compare the thresholds: a 95 % interval needs six.';
  const differs = ([, own]: (typeof byName)[number]): boolean => own.some(({ comparison }) => signOf(comparison) !== 0);
  const equal = byName.filter((one) => !differs(one));
  const networks = byName[0]?.[1].length ?? 0;
  const hasSmallP = equal.some(([, own]) => own.some(({ comparison }) => comparison.p <= 0.05));
  const note = hasSmallP ? ', although some unadjusted p-values are below 0.05' : '';
  return [
    ...byName.filter(differs).map(([name, own]) => describeRegret(name, own)),
    ...(equal.length === 0
      ? []
      : [
          `No clear difference from the tuned threshold on ${countNetworks(networks)}: ${joinWords(equal.map(([name]) => nameOf(name)))}. Each 95 % interval of the difference includes 0${note}.`,
        ]),
    ...byName.flatMap(([name, own]) => describeDiverged(name, own)),
  ].join(' ');
}

function describeDiverged(name: string, own: readonly Regret[]): string[] {
  const rows = own.map(({ contender }) => shownRow(contender));
  const diverged = sum(rows.map((row) => row.diverged));
  const runs = sum(rows.map(({ seeds }) => seeds.length));
  return diverged === 0 ? [] : [`${diverged} of ${runs} runs diverged with ${nameOf(name)}.`];
}

function nameOf(strategy: string): string {
  return strategy === 'none' ? 'no clipping' : strategy;
}

function describeRegret(name: string, own: readonly Regret[]): string {
  const withSign = (sign: number): Regret[] => own.filter(({ comparison }) => signOf(comparison) === sign);
  const [worse, better] = [withSign(-1), withSign(1)];
  const unclear = own.length - better.length - worse.length;
  const networks = (some: readonly Regret[]): string =>
    joinWords(
      some.map(
        ({ contest, comparison }) => `${nameContest(contest)} with ${contest.cell} (${formatSigned(comparison.gain)})`,
      ),
    );
  const parts = [
    ...(better.length === 0 ? [] : [`better on ${networks(better)}`]),
    ...(worse.length === 0 ? [] : [`worse on ${networks(worse)}`]),
    ...(unclear === 0 ? [] : [`no clear difference on ${unclear}`]),
  ];
  return `${name === 'none' ? 'No clipping' : name}, compared with the tuned threshold on ${countNetworks(own.length)}: ${parts.join('; ')}.`;
}

/** Where the whole interval lies: above 0, below 0, or neither. */
function signOf({ interval: { low, high } }: SeedComparison): -1 | 0 | 1 {
  return low > 0 ? 1 : high < 0 ? -1 : 0;
}

function regretFigure(regrets: readonly Regret[]): DotFigure {
  return {
    id: 'regret',
    title: 'Against the tuned threshold',
    note:
      'Median over the seeds of the improvement over the best of four tuned thresholds, with its 95 % interval; ' +
      'small dots are seeds. Left of the line is worse. p50 of 50 steps: the 50th percentile of the norms of the first 50 steps.',
    x: { name: 'better →', better: 'higher' },
    dotPanels: [...groupBy(regrets, ({ contest }) => nameContest(contest))].map(([task, some]) => ({
      title: `${task}: ${some[0]!.contender.rows[0]!.metric.name}`,
      level: { x: 0, name: 'tuned threshold' },
      // Only the thresholds differ, and a chart has little room for names.
      rows: some.map(({ contest, name, contender, tuned }) =>
        gainRow(`${contest.cell} · ${name.replace('global-norm maxNorm=', '')}`, contender, tuned),
      ),
    })),
  };
}
