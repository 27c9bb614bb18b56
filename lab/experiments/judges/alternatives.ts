import type { Answer, DotFigure } from '../../analysis/answer.ts';
import { findUnclipped, groupContests, type Contender, type Contest } from '../../analysis/contests.ts';
import { shownRow } from '../../analysis/findings.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { formatScore, joinWords } from '../../analysis/names.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import { judgeEffects } from './effects.ts';
import { nameContest, scoreRow } from './gains.ts';

/** Compares cells with other remedies, each without and with clipping, by their scores. */
export function judgeAlternatives(rows: readonly SummaryRow[]): Answer {
  const effects = judgeEffects(rows);
  const byTask = [...groupBy(groupContests(rows), nameContest)];
  return {
    ...effects,
    headline: [...byTask.map(([task, contests]) => describeTask(task, contests)), effects.headline]
      .filter(Boolean)
      .join(' '),
    figures: [scoreFigure(byTask), ...effects.figures],
  };
}

interface Entry {
  readonly cell: string;
  readonly isClipped: boolean;
  readonly row: SummaryRow;
}

function entriesOf(contests: readonly Contest[]): Entry[] {
  return contests.flatMap((contest) => {
    const bare = findUnclipped(contest);
    return contest.contenders.map((contender: Contender) => ({
      cell: contest.cell,
      isClipped: contender !== bare,
      row: shownRow(contender),
    }));
  });
}

/** Names the best networks of a task, and the scores of the plain one without and with clipping. */
function describeTask(task: string, contests: readonly Contest[]): string {
  const entries = entriesOf(contests);
  const { name, better } = entries[0]!.row.metric;
  const medians = entries.flatMap(({ row }) => row.metric.median ?? []);
  if (medians.length === 0) return `${task} (${name}): every median diverged.`;
  const best = formatScore(better === 'lower' ? Math.min(...medians) : Math.max(...medians));
  const winners = entries.filter((entry) => formatMedian(entry) === best);
  const plain = entries.filter(({ cell }) => cell === 'rnn');
  const scores = plain.map((entry) => `${formatMedian(entry)} ${entry.isClipped ? 'with' : 'without'} clipping`);
  return (
    `${task} (${name}): best is ${best}, by ${nameEntries(winners)}` +
    `${scores.length === 0 ? '' : `; the plain rnn scores ${joinWords(scores)}`}.`
  );
}

/** Names networks: `rnn-stack without clipping and rnn with clipping`. */
function nameEntries(entries: readonly Entry[]): string {
  const parts = [false, true].flatMap((clipped) => {
    const cells = entries.filter(({ isClipped }) => isClipped === clipped).map(({ cell }) => cell);
    return cells.length === 0 ? [] : [`${joinWords(cells)} ${clipped ? 'with' : 'without'} clipping`];
  });
  return parts.join(' and by ');
}

function formatMedian({ row: { metric } }: Entry): string {
  return metric.median === null ? 'diverged' : formatScore(metric.median);
}

function scoreFigure(byTask: readonly (readonly [task: string, contests: readonly Contest[]])[]): DotFigure {
  return {
    id: 'scores',
    title: 'Remedies without and with clipping',
    note: 'Median test score over the seeds with its 95 % interval; small dots are seeds. Lower is better. A cross marks a median that diverged.',
    x: { name: '← better', better: 'lower' },
    dotPanels: byTask.map(([task, contests]) => {
      const entries = entriesOf(contests);
      return {
        title: `${task}: ${entries[0]!.row.metric.name}`,
        rows: entries.map(({ cell, isClipped, row }) => scoreRow(isClipped ? `${cell}, clipped` : cell, row)),
        level: { x: entries[0]!.row.metric.baseline, name: 'baseline' },
      };
    }),
  };
}
