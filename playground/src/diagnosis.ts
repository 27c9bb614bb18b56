import type { EndRecord, StepLine } from 'gradclip-lab/browser';

const RECENT = 100;

/** One sentence on how a run fares, for someone who looks for the first time. */
export function diagnosisOf(lines: readonly StepLine[], end: EndRecord | undefined): string {
  const last = lines.at(-1);
  if (last === undefined) return 'Getting ready.';
  if (end?.outcome === 'diverged') {
    const how = Number.isFinite(last.loss) ? `its loss is ${figure(last.loss)}` : 'its loss is no number any more';
    return `Diverged at step ${last.step}: ${how}, after a gradient of norm ${figure(peakOf(lines))}.`;
  }
  const recent = lines.slice(-RECENT);
  const clipped = recent.filter((line) => line.clipped).length;
  const share = Math.round((100 * clipped) / recent.length);
  const trend = trendOf(lines);
  if (clipped === 0) return `${trend} Largest gradient norm so far ${figure(peakOf(lines))}; none of the last ${recent.length} steps was clipped.`;
  return `${trend} ${share} % of the last ${recent.length} steps were clipped; the largest gradient norm so far was ${figure(peakOf(lines))}.`;
}

/** A number in a few characters. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(1).replace('e+', 'e');
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(size >= 1 ? 2 : 3);
}

function peakOf(lines: readonly StepLine[]): number {
  return lines.reduce((peak, { normBefore }) => (normBefore > peak ? normBefore : peak), 0);
}

function trendOf(lines: readonly StepLine[]): string {
  if (lines.length < 2 * RECENT) return 'Learning.';
  const mean = (some: readonly StepLine[]): number => some.reduce((sum, { loss }) => sum + loss, 0) / some.length;
  const [before, now] = [mean(lines.slice(-2 * RECENT, -RECENT)), mean(lines.slice(-RECENT))];
  if (now < 0.99 * before) return 'Learning: the loss falls.';
  return now > 1.05 * before ? 'The loss rises.' : 'The loss has levelled off.';
}
