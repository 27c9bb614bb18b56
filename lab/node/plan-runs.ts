import type { Catalogue } from '../catalogue/catalogue.ts';
import { LabError } from '../errors.ts';
import type { Grid } from '../experiments/_experiment.ts';
import { mergeSettings } from './plan.ts';
import { planStage, type DigestOf, type Stage } from './plan-tuning.ts';
import { loadData, prepareFrom } from './data/load-data.ts';
import type { DataReport } from '../tasks/_data-report.ts';
import { BACKEND } from './environment.ts';
import { currentPlugin } from './plugin.ts';

/** Plans the next stage of a grid from the results of finished runs. */
export type Planner = (digestOf: DigestOf) => Promise<Stage>;

/**
 * Prepares to plan the runs of a grid: reads and checks their data.
 *
 * @param onData receives what a task read from its data
 * @throws LabError or ClippingError if the grid or the data is invalid
 */
export async function preparePlan(
  grid: Grid,
  catalogue: Catalogue,
  data: string | undefined,
  onData: (task: string, report: DataReport) => void = () => undefined,
): Promise<Planner> {
  const dataIds = new Map<string, string>();
  for (const task of grid.tasks.map((id) => catalogue.task(id))) {
    const loaded = await loadData(task, data);
    try {
      const prepare = prepareFrom(loaded, task);
      for (const settings of mergeSettings(task, grid)) {
        const { dataReport } = prepare(settings);
        if (dataReport) onData(task.id, dataReport);
      }
    } catch (error) {
      if (error instanceof LabError && data !== undefined) throw new LabError(`--data ${data}: ${error.message}`);
      throw error;
    }
    dataIds.set(task.id, loaded.id);
  }
  const plugin = currentPlugin()?.digest;
  const context = {
    catalogue,
    data: (task: string) => dataIds.get(task) as string,
    backend: BACKEND,
    ...(plugin && { plugin }),
  };
  return (digestOf) => planStage(grid, context, digestOf);
}
