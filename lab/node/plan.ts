import type { Catalogue } from '../catalogue/catalogue.ts';
import { LabError } from '../errors.ts';
import type { Grid } from '../experiments/_experiment.ts';
import type { Settings, Task } from '../tasks/_task.ts';
import { runId, type RunConfig } from '../run/run-config.ts';
import { assertRunConfig } from './run-limits.ts';

/** A run to execute, with the id that names its file. */
export interface PlannedRun {
  readonly id: string;
  readonly config: RunConfig;
}

/** What expanding a grid needs besides the grid. */
export interface PlanContext {
  /** Resolves the names in the grid. */
  readonly catalogue: Catalogue;
  /** Returns the data of a task: a dataset id or a digest. */
  readonly data: (task: string) => string;
  readonly backend: string;
  /** The SHA-256 of the plugin that provides some of the parts. */
  readonly plugin?: string;
}

/**
 * Expands a grid into one run for each combination, without duplicates.
 *
 * @throws LabError or ClippingError for an unknown name or a number out of range
 */
export async function expandGrid(grid: Grid, context: PlanContext): Promise<PlannedRun[]> {
  const { catalogue } = context;
  const strategies = grid.strategies.map((spec) => {
    const { id, options } = catalogue.strategy(spec);
    return { id, options };
  });
  const stranger = grid.primary?.find((id) => !strategies.some((one) => one.id === id));
  if (stranger !== undefined)
    throw new LabError(`\`primary\` names \`${stranger}\`, which is no strategy of this grid.`);
  grid.cells.forEach((cell) => catalogue.cell(cell));
  grid.optimizers.forEach((optimizer) => catalogue.optimizer(optimizer));

  const configs: RunConfig[] = [];
  for (const task of grid.tasks.map((task) => catalogue.task(task))) {
    for (const settings of mergeSettings(task, grid)) {
      const { backend, plugin } = context;
      const shared = { task: task.id, settings, data: context.data(task.id), backend, ...(plugin && { plugin }) };
      for (const cell of grid.cells.filter((id) => !grid.omit?.includes(`${task.id}/${id}`)))
        for (const optimizer of grid.optimizers)
          for (const strategy of strategies)
            for (const learningRate of ratesFor(task.id, cell, grid))
              for (const seed of grid.seeds)
                configs.push({
                  ...shared,
                  cell,
                  optimizer,
                  learningRate,
                  strategy,
                  seed,
                  ...trainingFor(task.id, grid),
                });
    }
  }
  configs.forEach(assertRunConfig);
  const runs = await Promise.all(configs.map(async (config) => ({ id: await runId(config), config })));
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}

/** Merges the grid's settings into a task's defaults; returns one set for each set of the grid. */
export function mergeSettings(task: Task, { settings = {} }: Grid): Settings[] {
  const sets = Array.isArray(settings) ? (settings as readonly Settings[]) : [settings as Settings];
  return sets.map((one) => {
    const own = Object.entries(one).filter(([name]) => name in task.settings);
    return { ...task.settings, ...Object.fromEntries(own) };
  });
}

function ratesFor(task: string, cell: string, { learningRates }: Grid): readonly number[] {
  if (Array.isArray(learningRates)) return learningRates as readonly number[];
  const by = learningRates as Readonly<Record<string, readonly number[]>>;
  const rates = by[`${task}/${cell}`] ?? by[cell] ?? by[task];
  if (rates === undefined)
    throw new LabError(`This experiment has no learning rates for \`${cell}\` on \`${task}\`; set --learning-rates.`);
  return rates;
}

type Training = Pick<RunConfig, 'steps' | 'solvedEvery' | 'anneal' | 'keepBestEvery'>;

function trainingFor(task: string, { steps, solvedEvery, anneal, keepBestEvery }: Grid): Training {
  const own = typeof steps === 'number' ? steps : steps[task];
  if (own === undefined) throw new LabError(`This experiment has no number of steps for \`${task}\`; set --steps.`);
  return {
    steps: own,
    ...(solvedEvery === undefined ? {} : { solvedEvery }),
    ...(anneal === undefined ? {} : { anneal }),
    ...(keepBestEvery === undefined ? {} : { keepBestEvery }),
  };
}

/** Asserts that each setting belongs to one of the tasks, because a misspelt one would have no effect. */
export function assertSettingNames(settings: Settings, tasks: readonly string[], catalogue: Catalogue): void {
  const known = new Set(tasks.flatMap((id) => Object.keys(catalogue.task(id).settings)));
  const unknown = Object.keys(settings).find((name) => !known.has(name));
  if (unknown === undefined) return;
  const [owners, names] = [tasks, [...known]].map((some) => some.map((one) => `\`${one}\``).join(', '));
  throw new LabError(`${owners} has no setting \`${unknown}\`. Available settings: ${names}.`);
}
