import { suggestThreshold, type SuggestedThreshold } from 'gradclip';
import { max, min } from 'simple-statistics';
import type { Run } from '../run/record.ts';
import { joinWords } from './names.ts';

/** The percentile of the norms that is suggested. */
const PERCENTILE = 90;

/** The same where unclipped training diverged, whose largest norms are those of the explosion. */
const PERCENTILE_DIVERGED = 50;

/** What was measured without clipping, and the threshold it suggests. */
export interface MeasuredNorms extends SuggestedThreshold {
  /** ‖g‖₂ at every step of the runs that were measured, as far as it was finite. */
  readonly norms: readonly number[];
  readonly runs: number;
  readonly learningRate: number;
}

/**
 * Suggests a threshold from the norms of runs that were not clipped; undefined where there are none.
 *
 * Where unclipped training diverges, norms tell of the explosion; so those count that were measured at the largest
 * learning rate at which every run trained to its end.
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
    return ` Without clipping training diverged at every rate down to ${rate}; the median is taken, since the largest norms are those of the explosion.`;
  }
  const lost = rates.filter((one) => one > rate);
  return lost.length === 0
    ? ''
    : ` Measured at rate ${rate}, since without clipping training diverged at ${joinWords(lost.map(String))}.`;
}

/** One bar of a histogram: norms from `from` up to `to`. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** The norms in bins of equal width on a logarithmic scale, as they spread over orders of magnitude. */
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
