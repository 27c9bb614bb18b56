import type { StrategySpec } from 'gradclip';
import { grouped } from './grouped.ts';
import { keyOf } from './label.ts';
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
  readonly cell: string;
  readonly optimizer: string;
  readonly contenders: readonly Contender[];
}

/** Sorts rows into contests, in the order the rows come in. */
export function contestsOf(rows: readonly SummaryRow[]): Contest[] {
  const contests = grouped(rows, ({ task, cell, optimizer }) => JSON.stringify([task, cell, optimizer]));
  return [...contests.values()].map((met) => {
    const { task, cell, optimizer } = met[0] as SummaryRow;
    const contenders = [...grouped(met, ({ strategy }) => keyOf(strategy)).values()].map((own) => ({
      strategy: (own[0] as SummaryRow).strategy,
      rows: own.toSorted((a, b) => a.learningRate - b.learningRate),
      best: bestOf(own),
    }));
    return { task, cell, optimizer, contenders };
  });
}

/** The row with the best median; of equals the one at the smaller rate. */
export function bestOf(rows: readonly SummaryRow[]): SummaryRow | undefined {
  return rows
    .filter(({ metric }) => metric.median !== null)
    .toSorted((a, b) => margin(b, a) || a.learningRate - b.learningRate)[0];
}

/** By how much the median of `a` is better than that of `b`, in the metric's unit; negative where it is worse. */
export function margin(a: SummaryRow, b: SummaryRow): number {
  const difference = (a.metric.median ?? NaN) - (b.metric.median ?? NaN);
  return a.metric.better === 'lower' ? -difference : difference;
}
