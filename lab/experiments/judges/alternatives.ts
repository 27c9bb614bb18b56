import type { Answer, DotFigure } from '../../analysis/answer.ts';
import { findUnclipped, groupContests, type Contender, type Contest } from '../../analysis/contests.ts';
import { shownRow } from '../../analysis/findings.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { formatScore } from '../../analysis/names.ts';
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
  readonly label: string;
  readonly row: SummaryRow;
}

function entriesOf(contests: readonly Contest[]): Entry[] {
  return contests.flatMap((contest) => {
    const bare = findUnclipped(contest);
    return contest.contenders.map((contender: Contender) => ({
      label: contender === bare ? contest.cell : `${contest.cell}, clipped`,
      row: shownRow(contender),
    }));
  });
}

/** Names the best network of a task, and the plain one with and without clipping. */
function describeTask(task: string, contests: readonly Contest[]): string {
  const entries = entriesOf(contests);
  const { name, better } = entries[0]!.row.metric;
  const sign = better === 'lower' ? 1 : -1;
  const valueOf = ({ row }: Entry): number => row.metric.median ?? sign * Infinity;
  const [best] = entries.toSorted((a, b) => sign * (valueOf(a) - valueOf(b)));
  const plain = entries.filter(({ label }) => label === 'rnn' || label === 'rnn, clipped');
  const shown = [...new Set([best!, ...plain])];
  return `${task}, ${name}: ${shown.map((entry) => `${entry.label} ${formatMedian(entry)}`).join('; ')}.`;
}

function formatMedian({ row: { metric } }: Entry): string {
  return metric.median === null ? 'diverged' : formatScore(metric.median);
}

function scoreFigure(byTask: readonly (readonly [task: string, contests: readonly Contest[]])[]): DotFigure {
  return {
    id: 'scores',
    title: 'Remedies without and with clipping',
    note: 'Median test score over the seeds with its 95 % interval; small dots are seeds. Lower is better. A cross: diverged.',
    x: { name: '← better', better: 'lower' },
    dotPanels: byTask.map(([task, contests]) => {
      const entries = entriesOf(contests);
      return {
        title: `${task}: ${entries[0]!.row.metric.name}`,
        rows: entries.map(({ label, row }) => scoreRow(label, row)),
        level: { x: entries[0]!.row.metric.baseline, name: 'baseline' },
      };
    }),
  };
}
