import type { EndRecord, StepLine } from 'gradclip-lab/browser';
import { RECENT } from './run-view.ts';

/** Describes the state of a run in one sentence, for first-time users. */
export function diagnosisOf(lines: readonly StepLine[], end: EndRecord | undefined, isPaused = false): string {
  const last = lines.at(-1);
  if (last === undefined) return isPaused ? 'Paused before the first step.' : 'Getting ready.';
  if (end?.outcome === 'diverged') {
    const how = Number.isFinite(last.loss) ? `its loss is ${formatNumber(last.loss)}` : 'its loss is not a number';
    return `Diverged at step ${last.step}: ${how}. Its largest finite gradient norm was ${formatNumber(peakOf(lines))}.`;
  }
  if (end !== undefined) return `Finished after ${end.steps} steps.`;
  const recent = lines.slice(-RECENT);
  const clipped = recent.filter((line) => line.clipped).length;
  const share = Math.round((100 * clipped) / recent.length);
  const trend = trendOf(lines);
  const peak = `The largest gradient norm so far is ${formatNumber(peakOf(lines))}`;
  if (clipped === 0) return `${trend} ${peak}; none of the last ${recent.length} steps was clipped.`;
  return `${trend} ${peak}; ${clipped === recent.length ? 'every step is' : `${share} % of steps are`} clipped.`;
}

/** Formats a number in a few characters. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(1).replace('e+', 'e');
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(size >= 1 ? 2 : 3);
}

function peakOf(lines: readonly StepLine[]): number {
  return lines.reduce(
    (peak, { normBefore }) => (Number.isFinite(normBefore) && normBefore > peak ? normBefore : peak),
    0,
  );
}

// With fewer steps the noise between batches hides the trend.
const FEWEST_FOR_A_TREND = 10;

function trendOf(lines: readonly StepLine[]): string {
  if (lines.length < FEWEST_FOR_A_TREND) return 'Training has begun.';
  const mean = (some: readonly StepLine[]): number => some.reduce((sum, { loss }) => sum + loss, 0) / some.length;
  const span = Math.min(2 * RECENT, Math.floor(lines.length / 2));
  const [before, now] = [mean(lines.slice(-2 * span, -span)), mean(lines.slice(-span))];
  if (now < 0.99 * before) return 'Learning: the loss falls.';
  return now > 1.05 * before ? 'The loss rises.' : 'The loss has levelled off.';
}
