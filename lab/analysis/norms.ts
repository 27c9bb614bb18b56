import { suggestThreshold, type SuggestedThreshold } from 'gradclip';
import { max, min } from 'simple-statistics';
import type { Run } from '../run/record.ts';
import { joinWords } from './names.ts';

/** The percentile of the norms that becomes the suggested threshold. */
const PERCENTILE = 90;

/** The percentile if unclipped training diverged, because the largest norms then belong to the explosion. */
const PERCENTILE_DIVERGED = 50;

/** The norms of unclipped training and the threshold that they suggest. */
export interface MeasuredNorms extends SuggestedThreshold {
  /** The finite values of ‖g‖₂ at all steps of the measured runs. */
  readonly norms: readonly number[];
  readonly runs: number;
  readonly learningRate: number;
}

/**
 * Suggests a threshold from the norms of unclipped runs; undefined if there are none.
 *
 * Measures at the largest learning rate at which no run diverged, because the norms of a diverging run belong to the
 * explosion.
 */
export function measureNorms(runs: readonly Run[]): MeasuredNorms | undefined {
  const bare = runs.filter(({ start }) => start.config.strategy.id === 'none');
  const rateOf = ({ start }: Run): number => start.config.learningRate;
  const rates = [...new Set(bare.map(rateOf))].sort((a, b) => b - a);
  const at = (rate: number): Run[] => bare.filter((run) => rateOf(run) === rate);
  const trained = rates.find((rate) => at(rate).every(({ end }) => end.outcome === 'finished'));
  const learningRate = trained ?? rates.at(-1) ?? NaN;
  const measured = at(learningRate);
  const norms = measured.flatMap(({ steps }) => steps.map(({ normBefore }) => normBefore)).filter(Number.isFinite);
  if (norms.length === 0) return undefined;
  const percentile = trained === undefined ? PERCENTILE_DIVERGED : PERCENTILE;
  const { maxNorm, because } = suggestThreshold(norms, { percentile });
  return {
    maxNorm: Number(maxNorm.toPrecision(2)),
    because: `${because}${explainRate(learningRate, trained, rates)}`,
    norms,
    runs: measured.length,
    learningRate,
  };
}

function explainRate(rate: number, trained: number | undefined, rates: readonly number[]): string {
  if (trained === undefined) {
    return ` Unclipped training diverged at every rate down to ${rate}, so this is the median: the largest norms belong to the explosion.`;
  }
  const lost = rates.filter((one) => one > rate);
  return lost.length === 0
    ? ''
    : ` Measured at rate ${rate}, because unclipped training diverged at ${joinWords(lost.map(String))}.`;
}

/** One bin of a histogram: the norms in [`from`, `to`). */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Counts the norms in bins of equal width on a logarithmic scale. */
export function binLogarithmically(norms: readonly number[], bins: number): Bin[] {
  const positive = norms.filter((norm) => norm > 0);
  if (positive.length === 0) return [];
  const [low, high] = [Math.log(min(positive)), Math.log(max(positive))];
  const width = (high - low || 1) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const norm of positive) {
    const bin = Math.min(bins - 1, Math.floor((Math.log(norm) - low) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((count, bin) => ({
    from: Math.exp(low + bin * width),
    to: Math.exp(low + (bin + 1) * width),
    count,
  }));
}
