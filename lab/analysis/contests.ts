import type { StrategySpec } from 'gradclip';
import { groupBy } from './group-by.ts';
import { strategyKey } from './names.ts';
import type { SummaryRow } from './summary.ts';

/** The results of one strategy on one task, cell and optimizer, at every learning rate. */
export interface Contender {
  readonly strategy: StrategySpec;
  /** Sorted by learning rate, ascending. */
  readonly rows: readonly SummaryRow[];
  /** The row with the best median, chosen in hindsight; undefined if every median diverged. */
  readonly best: SummaryRow | undefined;
}

/** The strategies compared on one task, cell and optimizer. */
export interface Contest {
  readonly task: string;
  /** The task settings that differ between rows, such as `length 20`; empty if none differ. */
  readonly variant: string;
  readonly cell: string;
  readonly optimizer: string;
  readonly contenders: readonly Contender[];
}

/** Groups rows into contests, in the order of the rows. */
export function groupContests(rows: readonly SummaryRow[]): Contest[] {
  const variantOf = describeVariants(rows);
  const contests = groupBy(rows, (row) => JSON.stringify([row.task, variantOf(row), row.cell, row.optimizer]));
  return [...contests.values()].map((group) => {
    const first = group[0] as SummaryRow;
    const { task, cell, optimizer } = first;
    const contenders = [...groupBy(group, ({ strategy }) => strategyKey(strategy)).values()].map((own) => ({
      strategy: (own[0] as SummaryRow).strategy,
      rows: own.toSorted((a, b) => a.learningRate - b.learningRate),
      best: findBest(own),
    }));
    return { task, variant: variantOf(first), cell, optimizer, contenders };
  });
}

/** Finds the row with the best median; among equal medians, the one with the smaller learning rate. */
export function findBest(rows: readonly SummaryRow[]): SummaryRow | undefined {
  return rows
    .filter(({ metric }) => metric.median !== null)
    .toSorted((a, b) => margin(b, a) || a.learningRate - b.learningRate)[0];
}

/** Returns how much better the median of `a` is than that of `b`, in the metric's unit; negative if it is worse. */
export function margin(a: SummaryRow, b: SummaryRow): number {
  const difference = (a.metric.median ?? NaN) - (b.metric.median ?? NaN);
  return a.metric.better === 'lower' ? -difference : difference;
}

/** Returns a function that names the settings in which rows of the same task differ. */
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
