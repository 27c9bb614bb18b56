import { joinWords } from '../analysis/names.ts';
import { findTask } from '../catalogue/catalogue.ts';
import { LabError } from '../errors.ts';
import type { Settings } from '../tasks/_task.ts';
import type { Grid } from '../experiments/_experiment.ts';

/** The learning rates to choose from, as multiples of the one that is known to learn a task. */
const RATES = [1 / 10, 1 / 3, 1, 3];

/**
 * Replaces parts of an experiment's grid.
 *
 * Other tasks bring the optimizer, learning rates, steps and settings that are known to learn them. Listed learning rates
 * are all compared, instead of tuned. Listed strategies keep the thresholds that they are given, and all are tested.
 *
 * @param settings task settings that are added to those of the grid
 */
export function customizeGrid(grid: Grid, replaced: Partial<Grid>, settings: Settings = {}): Grid {
  const { tuning, primary, ...rest } = grid;
  const tuned = replaced.learningRates === undefined && tuning !== undefined;
  const isCompared = (id: string): boolean => rest.strategies.some((strategy) => strategy.id === id);
  const customized: Grid = {
    ...rest,
    ...(replaced.tasks === undefined ? {} : knownGoodParts(replaced.tasks, replaced)),
    ...(tuned && { tuning: replaced.strategies === undefined ? tuning : { seeds: tuning.seeds } }),
    ...(primary !== undefined && replaced.strategies === undefined && { primary: primary.filter(isCompared) }),
    ...replaced,
  };
  return { ...customized, settings: [customized.settings ?? {}].flat().map((own) => ({ ...own, ...settings })) };
}

/** Describes the budget of a grid in one sentence. */
export function describeBudget({ tuning, seeds, learningRates, primary }: Grid): string {
  const tested =
    primary === undefined
      ? ''
      : ` Only these are tested against no clipping: ${joinWords(primary)}. For the others, the report shows an interval without a verdict.`;
  if (tuning !== undefined) {
    return `Each strategy chooses among the same number of settings on the validation data, with ${countOf(tuning.seeds.length, 'tuning seed')}. The chosen setting is trained with ${countOf(seeds.length, 'other seed')}.${tested}`;
  }
  const rates = Array.isArray(learningRates) ? countOf(learningRates.length, 'learning rate') : 'learning rates';
  return `Every strategy runs at the same ${rates} with ${seeds.length === 1 ? 'one seed' : `the same ${seeds.length} seeds`}. The rate is chosen on the validation data.${tested}`;
}

function knownGoodParts(tasks: readonly string[], replaced: Partial<Grid>): Partial<Grid> {
  const known = tasks.flatMap((id) => {
    const { knownGood } = findTask(id);
    return knownGood === undefined ? [] : [{ id, ...knownGood }];
  });
  assertKnown(
    tasks.filter((id) => findTask(id).knownGood === undefined),
    replaced,
  );
  const suited = known.filter(({ optimizer }) => replaced.optimizers?.includes(optimizer) ?? true);
  return {
    optimizers: [...new Set(known.map(({ optimizer }) => optimizer))],
    learningRates: Object.fromEntries(
      suited.map(({ id, learningRate }) => [
        id,
        RATES.map((multiple) => Number((multiple * learningRate).toPrecision(2))),
      ]),
    ),
    steps: Object.fromEntries(known.map(({ id, steps }) => [id, steps])),
    settings: Object.assign({}, ...known.map(({ settings }) => settings)) as Settings,
  };
}

/** Asserts that the options replace all that tasks without a configuration that learns them do not bring. */
function assertKnown(unknown: readonly string[], { optimizers, learningRates, steps }: Partial<Grid>): void {
  const options = { '--optimizers': optimizers, '--learning-rates': learningRates, '--steps': steps };
  const missing = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (unknown.length === 0 || missing.length === 0) return;
  const tasks = unknown.map((id) => `\`${id}\``);
  throw new LabError(
    `No known configuration learns ${joinWords(tasks)}. Set ${joinWords(missing)}, or declare \`knownGood\` in the task.`,
  );
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
