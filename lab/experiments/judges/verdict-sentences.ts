/**
 * Verdicts in sentences: on which networks a strategy helped and hurt, and where the runs do not support a conclusion.
 *
 * @module
 */

import { findUnclipped } from '../../analysis/contests.ts';
import { shownRow } from '../../analysis/findings.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { formatScore, joinWords } from '../../analysis/names.ts';
import type { StrategyOverall } from '../../analysis/overall.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import type { Verdict } from '../../analysis/verdict.ts';
import { countDiverged, nameContest } from './gains.ts';

type Entry = StrategyOverall['entries'][number];

/** The number of networks that a sentence can name. */
const MAX_NAMED = 4;

/** States on how many networks each tested strategy helped and hurt, and where no conclusion is possible. */
export function countVerdicts(strategies: readonly StrategyOverall[]): string {
  const tested = strategies
    .map(({ name, entries }) => ({ name, entries: testedOf(entries) }))
    .filter(({ entries }) => entries.length > 0);
  if (tested.length === 0) return 'No strategy was tested against no clipping.';
  const hasEffect = ({ entries }: Tested): boolean => withVerdict(entries, 'helped', 'hurt').length > 0;
  const quiet = tested.filter((one) => !hasEffect(one) && decidedOf(one).length > 0);
  return [
    ...tested.filter(hasEffect).map(describeEffect),
    ...describeQuiet(quiet),
    ...describeSmall(tested),
    ...describeUndecided(tested),
  ].join(' ');
}

/** Says on which networks a strategy has which verdict; nothing if it was not tested. */
export function describeVerdicts({ name, entries }: StrategyOverall): string[] {
  const byVerdict = groupBy(testedOf(entries), (entry) => reasonOf(verdictOf(entry)) ?? verdictOf(entry)!);
  if (byVerdict.size === 0) return [];
  const verdicts = [...byVerdict].map(([verdict, own]) => {
    const networks = nameNetworks(own, entries);
    if (reasonOf(verdictOf(own[0]!)) !== undefined) return `inconclusive on ${networks} (${verdict})`;
    return `${verdict === SAMPLING ? `a difference ${verdict}` : verdict} on ${networks}`;
  });
  return [`${name}: ${verdicts.join('; ')}.`];
}

interface Tested {
  readonly name: string;
  readonly entries: readonly Entry[];
}

const SAMPLING = 'smaller than the sampling error of the test set';

function verdictOf({ contender }: Entry): Verdict | undefined {
  return shownRow(contender).verdict;
}

function testedOf(entries: readonly Entry[]): Entry[] {
  return entries.filter((entry) => ![undefined, 'interval only'].includes(verdictOf(entry)));
}

function withVerdict(entries: readonly Entry[], ...verdicts: readonly Verdict[]): Entry[] {
  return entries.filter((entry) => verdicts.includes(verdictOf(entry)!));
}

/** Why a verdict is no conclusion; undefined if it is one. */
function reasonOf(verdict: Verdict | undefined): string | undefined {
  if (verdict === 'neither learned') return 'neither side beats the baseline';
  if (verdict === 'the best rate lies at the edge of the grid')
    return 'the best learning rate of the worse side lies at the edge of the grid';
  return verdict?.startsWith('too few') ? 'too few seeds' : undefined;
}

function unclearOf(entries: readonly Entry[]): Entry[] {
  return withVerdict(entries, 'no clear difference');
}

function decidedOf({ entries }: Tested): Entry[] {
  return entries.filter((entry) => reasonOf(verdictOf(entry)) === undefined);
}

function describeEffect({ name, entries }: Tested): string {
  const [helped, hurt] = [withVerdict(entries, 'helped'), withVerdict(entries, 'hurt')];
  const unclear = unclearOf(entries);
  const units = [...new Set(entries.map(({ contender }) => shownRow(contender).metric.name))];
  const hasScores = entries.length <= MAX_NAMED && units.length === 1;
  const effects = [
    ...(helped.length === 0 ? [] : [{ verb: 'helped', own: helped }]),
    ...(hurt.length === 0 ? [] : [{ verb: 'hurt', own: hurt }]),
  ].map(({ verb, own }, index) => {
    const networks = index === 0 ? `${own.length} of ${countNetworks(entries.length)}` : own.length;
    const unit = index === 0 ? `${units[0]}: ` : '';
    return `${verb} on ${networks}${hasScores ? ` (${unit}${describeScores(own, entries)})` : ''}`;
  });
  const rest = hasScores && unclear.length > 0 ? `; no clear difference: ${describeScores(unclear, entries)}` : '';
  return `${name} ${effects.join(' and ')}${rest}.`;
}

/** The scores of networks without and with a strategy: `rnn 3.79 → 3.62 and gru 3.67 → 3.44`. */
function describeScores(some: readonly Entry[], all: readonly Entry[]): string {
  const format = (row: SummaryRow): string =>
    row.metric.median === null ? 'diverged' : `${formatScore(row.metric.median)}${countDiverged(row, ' (', ')')}`;
  const scores = some.flatMap((entry) => {
    const bare = findUnclipped(entry.contest);
    if (bare === undefined) return [];
    const [before, after] = [bare, entry.contender].map((one) => format(shownRow(one)));
    return [`${nameNetworks([entry], all)} ${before} → ${after}`];
  });
  return joinWords(scores);
}

/** Names the networks on which strategies neither helped nor hurt; where these are many, only their number. */
function describeQuiet(quiet: readonly Tested[]): string[] {
  const [few, many] = [
    quiet.filter(({ entries }) => entries.length <= MAX_NAMED && unclearOf(entries).length > 0),
    quiet.filter(({ entries }) => entries.length > MAX_NAMED),
  ];
  const byNetworks = groupBy(few, ({ entries }) => nameNetworks(unclearOf(entries), entries));
  const named = [...byNetworks].map(([networks, own]) => `with ${joinNames(own)} on ${networks}`);
  const byCount = groupBy(many, (one) => `${decidedOf(one).length} of ${countNetworks(one.entries.length)}`);
  const counted = [...byCount].map(([count, own]) => `${joinNames(own)} neither helped nor hurt on ${count}.`);
  return [...(named.length === 0 ? [] : [`No clear difference ${named.join(', and ')}.`]), ...counted];
}

/** Names the differences that other test data could reverse; of many networks, the sentence above has the number. */
function describeSmall(tested: readonly Tested[]): string[] {
  const small = tested.flatMap(({ name, entries }) => {
    const own = withVerdict(entries, SAMPLING);
    return own.length === 0 || entries.length > MAX_NAMED ? [] : { name, networks: nameNetworks(own, entries) };
  });
  const groups = groupBy(small, ({ networks }) => networks);
  return [...groups].map(([networks, own]) => `With ${joinNames(own)} on ${networks}, the difference is ${SAMPLING}.`);
}

/** Names the comparisons without a conclusion, with the reason. */
function describeUndecided(tested: readonly Tested[]): string[] {
  const undecided = tested.flatMap(({ name, entries }) => {
    const byReason = groupBy(
      entries.filter((entry) => reasonOf(verdictOf(entry)) !== undefined),
      (entry) => reasonOf(verdictOf(entry))!,
    );
    return [...byReason].map(([reason, own]) => ({
      name,
      reason,
      networks: own.length > MAX_NAMED ? countNetworks(own.length) : nameNetworks(own, entries),
    }));
  });
  const groups = groupBy(undecided, ({ reason, networks }) => `on ${networks}: ${reason}`);
  return [...groups].map(([where, own]) => `Inconclusive with ${joinNames(own)} ${where}.`);
}

function joinNames(some: readonly { readonly name: string }[]): string {
  return joinWords(some.map(({ name }) => name));
}

/** Names networks by their cells and, if an experiment has several tasks, by task: `char-lm (all 7 cells)`. */
function nameNetworks(some: readonly Entry[], all: readonly Entry[]): string {
  const taskOf = ({ contest }: Entry): string => nameContest(contest);
  const cellsOf = (entries: readonly Entry[]): string[] => entries.map(({ contest }) => contest.cell);
  const total = groupBy(all, taskOf);
  if (total.size === 1) return joinWords(cellsOf(some));
  const tasks = [...groupBy(some, taskOf)].map(([task, own]) => {
    const isAll = own.length > 1 && own.length === total.get(task)?.length;
    return `${task} (${isAll ? `all ${own.length} cells` : joinWords(cellsOf(own))})`;
  });
  return joinWords(tasks);
}

/** Formats a number of networks. */
export function countNetworks(count: number): string {
  return `${count} network${count === 1 ? '' : 's'}`;
}
