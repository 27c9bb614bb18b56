import type { Catalogue } from '../catalogue/catalogue.ts';
import { LabError } from '../errors.ts';
import type { Grid } from '../experiments/_experiment.ts';
import { expandGrid, mergeSettings, type PlannedRun } from './plan.ts';
import { loadData } from './data/load-data.ts';
import { BACKEND } from './environment.ts';

/**
 * Plans the runs of a grid, after reading and checking their data.
 *
 * @throws LabError or ClippingError if the grid or the data is invalid
 */
export async function planRuns(grid: Grid, catalogue: Catalogue, data: string | undefined): Promise<PlannedRun[]> {
  const dataIds = new Map<string, string>();
  for (const task of grid.tasks.map((id) => catalogue.task(id))) {
    const { id, text } = await loadData(task, data);
    try {
      mergeSettings(task, grid).forEach((settings) => task.prepare(text, settings));
    } catch (error) {
      if (error instanceof LabError && data !== undefined) throw new LabError(`--data ${data}: ${error.message}`);
      throw error;
    }
    dataIds.set(task.id, id);
  }
  return expandGrid(grid, { catalogue, data: (task) => dataIds.get(task) as string, backend: BACKEND });
}
