import type { StrategySpec } from 'gradclip';
import { groupBy } from './grouped.ts';
import { strategyKey } from './names.ts';
import type { SummaryRow } from './summary.ts';

/** A strategy on one task, cell and optimizer, at every learning rate it was tried. */
export interface Contender {
  readonly strategy: StrategySpec;
  /** By learning rate, smallest first. */
  readonly rows: readonly SummaryRow[];
  /** The row of the best median, chosen in hindsight; undefined where every median diverged. */
  readonly best: SummaryRow | undefined;
}

/** The strategies that met on one task, cell and optimizer. */
export interface Contest {
  readonly task: string;
  /** The task's numbers that are not the same in all rows, as words: `length 20`; empty where all are. */
  readonly variant: string;
  readonly cell: string;
  readonly optimizer: string;
  readonly contenders: readonly Contender[];
}

/** Sorts rows into contests, in the order the rows come in. */
export function groupContests(rows: readonly SummaryRow[]): Contest[] {
  const variantOf = describeVariants(rows);
  const contests = groupBy(rows, (row) => JSON.stringify([row.task, variantOf(row), row.cell, row.optimizer]));
  return [...contests.values()].map((met) => {
    const first = met[0] as SummaryRow;
    const { task, cell, optimizer } = first;
    const contenders = [...groupBy(met, ({ strategy }) => strategyKey(strategy)).values()].map((own) => ({
      strategy: (own[0] as SummaryRow).strategy,
      rows: own.toSorted((a, b) => a.learningRate - b.learningRate),
      best: findBest(own),
    }));
    return { task, variant: variantOf(first), cell, optimizer, contenders };
  });
}

/** The row with the best median; of equals the one at the smaller rate. */
export function findBest(rows: readonly SummaryRow[]): SummaryRow | undefined {
  return rows
    .filter(({ metric }) => metric.median !== null)
    .toSorted((a, b) => margin(b, a) || a.learningRate - b.learningRate)[0];
}

/** By how much the median of `a` is better than that of `b`, in the metric's unit; negative where it is worse. */
export function margin(a: SummaryRow, b: SummaryRow): number {
  const difference = (a.metric.median ?? NaN) - (b.metric.median ?? NaN);
  return a.metric.better === 'lower' ? -difference : difference;
}

/** Names the numbers in which rows of the same task differ. */
export function describeVariants(
  rows: readonly Pick<SummaryRow, 'task' | 'settings'>[],
): (row: Pick<SummaryRow, 'task' | 'settings'>) => string {
  return ({ task, settings }) => {
    const differing = Object.entries(settings).filter(([name, value]) =>
      rows.some((other) => other.task === task && other.settings[name] !== value),
    );
    return differing.map(([name, value]) => `${name} ${value}`).join(', ');
  };
}
