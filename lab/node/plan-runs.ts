import type { Catalogue } from '../catalogue.ts';
import { LabError } from '../errors.ts';
import type { Grid } from '../experiment.ts';
import { planned, settingsOf, type PlannedRun } from '../plan.ts';
import { dataOf } from './data.ts';
import { BACKEND } from './environment.ts';

/**
 * The runs of a grid, with the data they are trained on read and checked.
 *
 * @throws LabError or ClippingError for whatever is wrong with the grid or the data
 */
export async function planRuns(grid: Grid, catalogue: Catalogue, data: string | undefined): Promise<PlannedRun[]> {
  const ids = new Map<string, string>();
  for (const task of grid.tasks.map((id) => catalogue.task(id))) {
    const { id, text } = await dataOf(task, data);
    try {
      settingsOf(task, grid).forEach((settings) => task.prepare(text, settings));
    } catch (error) {
      if (error instanceof LabError && data !== undefined) throw new LabError(`--data ${data}: ${error.message}`);
      throw error;
    }
    ids.set(task.id, id);
  }
  return planned(grid, { catalogue, data: (task) => ids.get(task) as string, backend: BACKEND });
}
