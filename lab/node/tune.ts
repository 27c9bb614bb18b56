import type { StrategySpec } from 'gradclip';
import type { Grid } from '../experiments/_experiment.ts';
import type { Run } from '../run/record.ts';
import { TUNE } from '../experiments/_answer.ts';
import { measureNorms } from '../analysis/norms.ts';
import { formatNorms } from '../text/norms-text.ts';
import { compare, writeReport, type ComparisonResult } from './compare.ts';
import type { Screen } from './progress.ts';
import { ResultsFolder } from './results-folder.ts';

/** The settings of a tuning: one network at one learning rate. */
export interface Tuning {
  readonly grid: Omit<Grid, 'strategies' | 'learningRates'>;
  readonly learningRate: number;
  readonly command: string;
  readonly out: string;
  readonly data?: string;
  readonly workers?: number;
}

const NONE: StrategySpec = { id: 'none' };

/** The thresholds to compare, as multiples of the suggested one. */
const MULTIPLES = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4];

/** Fractions of the learning rate at which norms are measured, until unclipped training does not diverge. */
const LEARNING_RATE_FRACTIONS = [1, 1 / 3, 1 / 10, 1 / 30, 1 / 100];

/**
 * Trains without clipping, suggests a threshold from the norms, and trains with that threshold and others.
 *
 * @returns the outcome, and a text with the norms and the suggestion
 */
export async function tune(
  tuning: Tuning,
  screen: Screen,
  signal: AbortSignal,
): Promise<ComparisonResult & { text: string }> {
  const { grid, learningRate, ...rest } = tuning;
  const folder = new ResultsFolder(tuning.out);
  const compareAt = async (rate: number, strategies: readonly StrategySpec[]): Promise<ComparisonResult> =>
    compare(
      {
        ...rest,
        experiment: TUNE,
        question: `Which threshold suits ${grid.cells.join(', ')} on ${grid.tasks.join(', ')}?`,
        budget: 'Every threshold runs at the same learning rate with the same seeds.',
        grid: { ...grid, learningRates: [rate], strategies },
      },
      screen,
      signal,
    );
  const plannedRuns = (): Run[] => (folder.readPlan()?.runs ?? []).map((id) => folder.readRun(id));

  const measured: Run[] = [];
  let outcome: ComparisonResult | undefined;
  for (const fraction of LEARNING_RATE_FRACTIONS) {
    outcome = await compareAt(Number((fraction * learningRate).toPrecision(2)), [NONE]);
    if (outcome.interrupted) return { ...outcome, text: '' };
    const unclipped = plannedRuns();
    measured.push(...unclipped);
    if (unclipped.every(({ end }) => end.outcome === 'finished')) break;
  }
  const suggested = measureNorms(measured)?.maxNorm;
  const text = formatNorms(measured);
  if (suggested !== undefined) {
    const thresholds = MULTIPLES.map((multiple) => Number((multiple * suggested).toPrecision(2)));
    const clipped = thresholds.map((maxNorm) => ({ id: 'global-norm', options: { maxNorm } }));
    outcome = await compareAt(learningRate, [NONE, ...clipped]);
  }
  const plan = folder.readPlan();
  if (outcome?.interrupted === true) return { ...outcome, text };
  if (outcome === undefined || plan === undefined) throw new Error('No run was planned.');
  // The report also shows the norms, so the runs that measured them belong to the plan.
  const fullPlan = { ...plan, runs: [...new Set([...plan.runs, ...measured.map(({ start }) => start.id)])] };
  folder.writePlan(fullPlan);
  return { ...outcome, ...writeReport(folder, fullPlan), text };
}
