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
  /** How much better the score of `best` may be beyond the edge, in the metric's unit; 0 if its rate is not at the edge. */
  readonly beyondEdge: number;
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

/** Tells apart networks: a task with its data and settings, a cell, an optimizer and a backend. */
export function networkKey({ task, data, settings, cell, optimizer, backend }: SummaryRow): string {
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
  const beyondEdge = best === undefined || edge === undefined ? 0 : extrapolate(best, [...own, ...tuned]);
  return { strategy: (own[0] as SummaryRow).strategy, rows, best, edge, beyondEdge };
}

/** Rates that differ by at least this factor show how the score changes with the rate. */
const MIN_RATIO = 2;

/** The improvement towards the edge counts this many times beyond it. */
const EXTRAPOLATED_TIMES = 2;

/**
 * Estimates by how much a score may improve beyond the edge of the grid: twice as much as it improved over the last
 * step of the grid, where a step is a factor of two or more.
 *
 * If the score is a parabola over the logarithm of the rate, this is at least what its optimum gains, as far as four
 * steps beyond the edge. Infinite if no comparable run has another rate, or if those at the next rate diverged.
 */
function extrapolate(best: SummaryRow, rows: readonly SummaryRow[]): number {
  const same = rows.filter(({ strategy }) => strategyKey(strategy) === strategyKey(best.strategy));
  // Tuning runs are compared with each other: they have other seeds, and possibly fewer steps.
  const groups = groupBy(same, ({ tuning, plannedSteps }) => JSON.stringify([tuning, plannedSteps]));
  const comparable = [...groups.values()]
    .toSorted((a, b) => b[0]!.plannedSteps - a[0]!.plannedSteps)
    .flatMap((group) => {
      const atEdge = group.find(({ learningRate }) => learningRate === best.learningRate);
      const next = nextRate(best.learningRate, group);
      return atEdge && next ? [{ atEdge, next }] : [];
    })[0];
  if (comparable === undefined) return Infinity;
  const improvement = validationMargin(comparable.atEdge, comparable.next);
  return Number.isNaN(improvement) ? Infinity : Math.max(0, EXTRAPOLATED_TIMES * improvement);
}

/** Finds the row with the nearest rate that differs enough, or else the one with the most different rate. */
function nextRate(rate: number, rows: readonly SummaryRow[]): SummaryRow | undefined {
  const ratioOf = ({ learningRate }: SummaryRow): number => Math.max(learningRate / rate, rate / learningRate);
  const others = rows.filter(({ learningRate }) => learningRate !== rate).toSorted((a, b) => ratioOf(a) - ratioOf(b));
  return others.find((row) => ratioOf(row) >= MIN_RATIO) ?? others.at(-1);
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
