import type { StrategySpec } from 'gradclip';
import type { Grid } from '../experiments/_experiment.ts';
import type { Run } from '../run/record.ts';
import { TUNE } from '../experiments/_answer.ts';
import { measureNorms } from '../analysis/norms.ts';
import { formatNorms } from '../text/norms-text.ts';
import { compare, writeReport, type ComparisonResult } from './compare.ts';
import type { Screen } from './progress.ts';
import { ResultsFolder } from './results-folder.ts';

/** The settings of a tuning: one network, and the learning rate that the user expects to suit it. */
export interface Tuning {
  readonly grid: Omit<Grid, 'strategies' | 'learningRates'>;
  readonly learningRate: number;
  readonly command: string;
  readonly out: string;
  readonly data?: string;
  readonly workers?: number;
}

const NONE: StrategySpec = { id: 'none' };

/** The thresholds to choose from, as multiples of the suggested one. */
const THRESHOLDS = [1 / 16, 1 / 4, 1, 4];

/** The learning rates to choose from, as multiples of the one that the user expects. */
const RATES = [1 / 9, 1 / 3, 1, 3];

const TUNING_SEEDS = [1, 2];

/** Fractions of the learning rate at which norms are measured, until unclipped training does not diverge. */
const LEARNING_RATE_FRACTIONS = [1, 1 / 3, 1 / 10, 1 / 30, 1 / 100];

/**
 * Trains without clipping, suggests a threshold from the norms, chooses rate and threshold on the validation data, and
 * compares the choice with no clipping on the test data.
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
  const compareAt = async (
    varied: Pick<Grid, 'learningRates' | 'strategies' | 'tuning'> & Partial<Grid>,
  ): Promise<ComparisonResult> =>
    compare(
      {
        ...rest,
        experiment: TUNE,
        question: `Which threshold suits ${grid.cells.join(', ')} on ${grid.tasks.join(', ')}?`,
        budget: `Each side chooses among ${RATES.length * THRESHOLDS.length} settings on the validation data, with ${TUNING_SEEDS.length} tuning seeds.`,
        grid: { ...grid, ...varied },
      },
      screen,
      signal,
    );
  const plannedRuns = (): Run[] =>
    (folder.readPlan()?.runs ?? []).filter((id) => folder.hasRun(id)).map((id) => folder.readRun(id));

  const measured: Run[] = [];
  let outcome: ComparisonResult | undefined;
  for (const fraction of LEARNING_RATE_FRACTIONS) {
    outcome = await compareAt({
      learningRates: [roundTo2(fraction * learningRate)],
      strategies: [NONE],
      tuning: { seeds: TUNING_SEEDS },
      seeds: [],
    });
    if (outcome.interrupted || outcome.finished === 0) return { ...outcome, text: '' };
    const unclipped = plannedRuns();
    measured.push(...unclipped);
    if (unclipped.every(({ end }) => end.outcome === 'finished')) break;
  }
  const suggested = measureNorms(measured)?.maxNorm;
  const text = formatNorms(measured);
  if (suggested !== undefined) {
    const maxNorm = THRESHOLDS.map((multiple) => roundTo2(multiple * suggested));
    outcome = await compareAt({
      learningRates: RATES.map((multiple) => roundTo2(multiple * learningRate)),
      strategies: [NONE, { id: 'global-norm' }],
      tuning: { seeds: TUNING_SEEDS, thresholds: { 'global-norm': { maxNorm } } },
    });
  }
  const plan = folder.readPlan();
  if (outcome?.interrupted === true || outcome?.finished === 0) return { ...outcome, text };
  if (outcome === undefined || plan === undefined) throw new Error('No run was planned.');
  // The report also shows the norms, so the runs that measured them belong to the plan.
  const fullPlan = { ...plan, runs: [...new Set([...plan.runs, ...measured.map(({ start }) => start.id)])] };
  folder.writePlan(fullPlan);
  return { ...outcome, ...writeReport(folder, fullPlan), text };
}

function roundTo2(value: number): number {
  return Number(value.toPrecision(2));
}
