import type { StrategySpec } from 'gradclip';
import { groupBy } from './group-by.ts';
import { strategyKey } from './names.ts';
import type { SummaryRow } from './summary.ts';

/** The results of one strategy on one network. */
export interface Contender {
  readonly strategy: StrategySpec;
  /** The scored settings, sorted by learning rate, ascending. */
  readonly rows: readonly SummaryRow[];
  /** The setting with the best validation score; undefined if every median diverged. */
  readonly best: SummaryRow | undefined;
  /** Whether the learning rate of `best` is the smallest or the largest of several rates. */
  readonly edge: 'smallest' | 'largest' | undefined;
}

/** The strategies compared on one network: a task with its data and settings, a cell, an optimizer and a number of steps. */
export interface Contest {
  readonly task: string;
  /** What differs between networks of the same task, such as `length 20`; empty if nothing differs. */
  readonly variant: string;
  readonly cell: string;
  readonly optimizer: string;
  readonly contenders: readonly Contender[];
}

/** Groups rows into contests, in the order of the rows. Rows of tuning runs only tell which rates were tried. */
export function groupContests(rows: readonly SummaryRow[]): Contest[] {
  const tuned = groupBy(
    rows.filter(({ tuning }) => tuning),
    networkKey,
  );
  const scored = rows.filter(({ tuning }) => !tuning);
  const variantOf = describeVariants(scored);
  const contests = groupBy(scored, (row) => JSON.stringify([networkKey(row), row.plannedSteps]));
  return [...contests.values()].map((group) => {
    const first = group[0] as SummaryRow;
    const { task, cell, optimizer } = first;
    const tried = tuned.get(networkKey(first)) ?? [];
    const contenders = [...groupBy(group, ({ strategy }) => strategyKey(strategy)).values()].map((own) =>
      toContender(
        own,
        tried.filter(({ strategy }) => strategy.id === own[0]?.strategy.id),
      ),
    );
    return { task, variant: variantOf(first), cell, optimizer, contenders };
  });
}

function networkKey({ task, data, settings, cell, optimizer, backend }: SummaryRow): string {
  return JSON.stringify([task, data, settings, cell, optimizer, backend]);
}

function toContender(own: readonly SummaryRow[], tuned: readonly SummaryRow[]): Contender {
  const best = findBest(own);
  const rates = [...own, ...tuned].map(({ learningRate }) => learningRate);
  const [smallest, largest] = [Math.min(...rates), Math.max(...rates)];
  const edge =
    smallest === largest
      ? undefined
      : best?.learningRate === smallest
        ? 'smallest'
        : best?.learningRate === largest
          ? 'largest'
          : undefined;
  const rows = own.toSorted((a, b) => a.learningRate - b.learningRate);
  return { strategy: (own[0] as SummaryRow).strategy, rows, best, edge };
}

/** Finds the row with the best median on validation; among equal medians, the one with the smaller learning rate. */
export function findBest(rows: readonly SummaryRow[]): SummaryRow | undefined {
  return rows
    .filter(({ metric }) => metric.validation !== null)
    .toSorted((a, b) => validationMargin(b, a) || a.learningRate - b.learningRate)[0];
}

function validationMargin(a: SummaryRow, b: SummaryRow): number {
  const difference = (a.metric.validation ?? NaN) - (b.metric.validation ?? NaN);
  return a.metric.better === 'lower' ? -difference : difference;
}

/** Returns how much better the median test score of `a` is than that of `b`, in the metric's unit; negative if it is worse. */
export function margin(a: SummaryRow, b: SummaryRow): number {
  const difference = (a.metric.median ?? NaN) - (b.metric.median ?? NaN);
  return a.metric.better === 'lower' ? -difference : difference;
}

/** Whether the median test score of a row is better than that of a predictor that has learned nothing. */
export function beatsBaseline({ metric: { median, baseline, better } }: SummaryRow): boolean {
  return median !== null && (better === 'lower' ? median < baseline : median > baseline);
}

/** Finds the contender without clipping. */
export function findUnclipped({ contenders }: Contest): Contender | undefined {
  return contenders.find(({ strategy }) => strategy.id === 'none');
}

type Described = Pick<SummaryRow, 'task' | 'data' | 'settings' | 'plannedSteps'>;

/** Returns a function that names the settings, data and steps in which rows of the same task differ. */
export function describeVariants(rows: readonly Described[]): (row: Described) => string {
  const factsOf = ({ settings, data, plannedSteps }: Described) => ({ ...settings, data, steps: plannedSteps });
  const valuesByTask = new Map<string, Map<string, Set<unknown>>>();
  for (const row of rows) {
    const values = valuesByTask.get(row.task) ?? new Map<string, Set<unknown>>();
    valuesByTask.set(row.task, values);
    for (const [name, value] of Object.entries(factsOf(row))) {
      values.set(name, (values.get(name) ?? new Set()).add(value));
    }
  }
  return (row) => {
    const values = valuesByTask.get(row.task);
    const differing = Object.entries(factsOf(row)).filter(([name]) => (values?.get(name)?.size ?? 0) > 1);
    return differing.map(([name, value]) => `${name} ${value}`).join(', ');
  };
}
