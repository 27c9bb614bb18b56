import type { StrategySpec } from 'gradclip';
import type { Grid } from '../experiment.ts';
import { compare, publish, type Compared } from '../node/compare.ts';
import { ResultsFolder } from '../node/folder.ts';
import type { Screen } from '../node/progress.ts';
import type { Run } from '../record.ts';
import { TUNE } from '../report/judged.ts';
import { measuredNorms } from '../report/norms.ts';
import { tuneText } from '../report/tune-section.ts';

/** What is to be tuned: one network, at one learning rate. */
export interface Tuning {
  readonly grid: Omit<Grid, 'strategies' | 'learningRates'>;
  readonly learningRate: number;
  readonly command: string;
  readonly out: string;
  readonly data?: string;
  readonly workers?: number;
}

const NONE: StrategySpec = { id: 'none' };

/** The thresholds of the curve, as multiples of the suggested one. */
const MULTIPLES = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4];

/** Where unclipped training diverges, norms are measured at these fractions of the learning rate, until it trains. */
const FRACTIONS = [1, 1 / 3, 1 / 10, 1 / 30, 1 / 100];

/**
 * Trains without clipping, suggests a threshold from the norms, and trains with it and with others.
 *
 * @returns how it ended, and the norms with the suggestion as text
 */
export async function tune(tuning: Tuning, screen: Screen, signal: AbortSignal): Promise<Compared & { text: string }> {
  const { grid, learningRate, ...rest } = tuning;
  const folder = new ResultsFolder(tuning.out);
  const tried = async (rate: number, strategies: readonly StrategySpec[]): Promise<Compared> =>
    compare(
      {
        ...rest,
        experiment: TUNE,
        question: `Which threshold suits ${grid.cells.join(', ')} on ${grid.tasks.join(', ')}?`,
        budget: 'Every threshold is tried at the same learning rate with the same seeds.',
        grid: { ...grid, learningRates: [rate], strategies },
      },
      screen,
      signal,
    );
  const runsNow = (): Run[] => (folder.plan()?.runs ?? []).map((id) => folder.read(id));

  const measured: Run[] = [];
  let outcome: Compared | undefined;
  for (const fraction of FRACTIONS) {
    outcome = await tried(Number((fraction * learningRate).toPrecision(2)), [NONE]);
    if (outcome.interrupted) return { ...outcome, text: '' };
    const own = runsNow();
    measured.push(...own);
    if (own.every(({ end }) => end.outcome === 'finished')) break;
  }
  const suggested = measuredNorms(measured)?.maxNorm;
  const text = tuneText(measured);
  if (suggested !== undefined) {
    const thresholds = MULTIPLES.map((multiple) => Number((multiple * suggested).toPrecision(2)));
    const clipped = thresholds.map((maxNorm) => ({ id: 'global-norm', options: { maxNorm } }));
    outcome = await tried(learningRate, [NONE, ...clipped]);
  }
  const plan = folder.plan();
  if (outcome?.interrupted === true) return { ...outcome, text };
  if (outcome === undefined || plan === undefined) throw new Error('There is nothing to report.');
  // The report shows the norms too, so their runs belong to the plan.
  const whole = { ...plan, runs: [...new Set([...plan.runs, ...measured.map(({ start }) => start.id)])] };
  folder.save('plan.json', `${JSON.stringify(whole, undefined, 2)}\n`);
  return { ...outcome, ...publish(folder, whole), text };
}
