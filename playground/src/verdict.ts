/**
 * What can truly be said about a run at its current step.
 *
 * @module
 */

import type { EndRecord, StepLine } from 'gradclip-lab/browser';
import { formatNumber } from './format.ts';

/** The number of steps over which the loss and the clip rate on the page are taken. */
export const RECENT = 20;

/** The losses with which a run is compared. */
export interface Bounds {
  /** The loss of a predictor that has learned nothing. */
  readonly guess: number;
  /** A loss above this is counted towards divergence. */
  readonly limit: number;
}

/** The gradient norm at each time step, measured at one training step. */
export interface Flow {
  readonly step: number;
  readonly norms: readonly number[];
}

/** A run as far as its verdict depends on it. */
export interface Observed {
  readonly lines: readonly StepLine[];
  readonly flows: readonly Flow[];
  readonly end: EndRecord | undefined;
}

/** The state of a run, with its loss averaged over the last {@link RECENT} steps. */
export type Verdict =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'exploded' | 'diverged'; readonly step: number }
  | {
      readonly kind: 'high' | 'started' | 'falling' | 'level' | 'rising' | 'finished';
      readonly loss: number;
      /** Whether the loss is below that of guessing by more than chance explains. */
      readonly beatsGuessing: boolean;
      /** Whether the loss is above that of guessing by more than chance explains. */
      readonly isWorse: boolean;
      /** Whether almost none of the gradient reaches the first time step. */
      readonly vanishes: boolean;
    };

// With fewer steps the noise between batches hides the trend.
const FEWEST_FOR_A_TREND = 10;
// The longest stretch of steps that a trend is taken from.
const LONGEST_SPAN = 200;
// A difference counts if it exceeds this many standard errors, and a slope if it exceeds that many.
const [SURE, SURE_OF_TREND] = [3, 2];
// Gradients that grow tenfold are called exploding, and those that shrink to a millionth vanishing.
const [EXPLODING, VANISHING] = [10, 1e-6];

/** Judges a run at its last step. */
export function verdictOf({ lines, flows, end }: Observed, { guess, limit }: Bounds): Verdict {
  const [first, last] = [lines[0], lines.at(-1)];
  if (first === undefined || last === undefined) return { kind: 'waiting' };
  if (end?.outcome === 'diverged') {
    const grew = lines.some(({ normBefore }) => !(normBefore < EXPLODING * first.normBefore));
    return { kind: grew ? 'exploded' : 'diverged', step: end.divergedAt ?? last.step };
  }
  const { mean, error } = meanOf(lines.slice(-RECENT));
  const norms = flows.at(-1)?.norms ?? [];
  const judged = {
    loss: mean,
    beatsGuessing: mean + SURE * error < guess,
    isWorse: mean - SURE * error > guess,
    vanishes: norms.length > 0 && norms[0]! < VANISHING * Math.max(...norms),
  };
  if (end !== undefined) return { kind: 'finished', ...judged };
  if (!(last.loss <= limit)) return { kind: 'high', ...judged, loss: last.loss };
  return { kind: trendOf(lines), ...judged };
}

/** Judges the slope of a straight line through the later half of the losses, by its t-statistic. */
function trendOf(lines: readonly StepLine[]): 'started' | 'falling' | 'level' | 'rising' {
  if (lines.length < FEWEST_FOR_A_TREND) return 'started';
  const span = Math.min(LONGEST_SPAN, Math.max(FEWEST_FOR_A_TREND, Math.floor(lines.length / 2)));
  const losses = lines.slice(-span).map(({ loss }) => loss);
  const center = (span - 1) / 2;
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / span;
  const spread = losses.reduce((sum, _, x) => sum + (x - center) ** 2, 0);
  const slope = losses.reduce((sum, loss, x) => sum + (x - center) * (loss - mean), 0) / spread;
  const rest = losses.reduce((sum, loss, x) => sum + (loss - mean - slope * (x - center)) ** 2, 0);
  const sure = SURE_OF_TREND * Math.sqrt(rest / (span - 2) / spread);
  return slope < -sure ? 'falling' : slope > sure ? 'rising' : 'level';
}

/** Returns the mean loss and its standard error. */
function meanOf(lines: readonly StepLine[]): { mean: number; error: number } {
  const mean = lines.reduce((sum, { loss }) => sum + loss, 0) / lines.length;
  const squares = lines.reduce((sum, { loss }) => sum + (loss - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / Math.max(1, lines.length - 1) / lines.length) };
}

/** Returns the share of the last {@link RECENT} steps that were clipped or skipped; NaN before the first. */
export function clipRateOf(lines: readonly StepLine[]): number {
  const recent = lines.slice(-RECENT);
  return recent.filter(({ clipped, skipped }) => clipped || skipped).length / recent.length;
}

/** Says a verdict in two or three words. */
export function shortText(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'waiting':
      return 'waiting';
    case 'exploded':
    case 'diverged':
      return `${verdict.kind}, step ${verdict.step}`;
    case 'high':
      return 'far above guessing';
    case 'started':
      return 'has just begun';
    case 'finished':
      return verdict.beatsGuessing ? 'finished' : `finished, ${verdict.isWorse ? 'worse' : 'no better'} than guessing`;
    case 'falling':
      return verdict.beatsGuessing ? 'learning' : 'not yet better than guessing';
    case 'level':
    case 'rising':
      if (verdict.isWorse) return 'worse than guessing';
      if (!verdict.beatsGuessing) return verdict.vanishes ? 'its gradient vanishes' : 'no better than guessing';
      return verdict.kind === 'level' ? 'better than guessing' : 'rising';
  }
}

/** Says a verdict as the rest of a sentence whose subject is "it". */
export function clauseOf(verdict: Verdict, { guess }: Bounds, unit: string): string {
  const amount = (loss: number): string =>
    unit.startsWith('bits') ? `${formatNumber(loss)} bits` : `a loss of ${formatNumber(loss)}`;
  switch (verdict.kind) {
    case 'waiting':
      return 'has not begun';
    case 'exploded':
      return `exploded at step ${verdict.step}`;
    case 'diverged':
      return `diverged at step ${verdict.step}: its loss stayed far above guessing`;
    case 'high':
      return `is at ${amount(verdict.loss)}, far above guessing (${formatNumber(guess)})`;
    case 'started':
      return `is at ${amount(verdict.loss)}`;
    case 'finished':
      return `finished at ${amount(verdict.loss)}${verdict.beatsGuessing ? '' : `, ${verdict.isWorse ? 'worse' : 'no better'} than guessing (${formatNumber(guess)})`}`;
    case 'falling':
      if (verdict.beatsGuessing) return `is at ${amount(verdict.loss)} and falling`;
      return `is at ${amount(verdict.loss)} and falling, but not yet better than guessing (${formatNumber(guess)})`;
    case 'level':
    case 'rising':
      if (verdict.beatsGuessing) {
        return verdict.kind === 'level'
          ? `stays around ${amount(verdict.loss)}`
          : `is at ${amount(verdict.loss)} and rising`;
      }
      if (verdict.isWorse) return `is at ${amount(verdict.loss)}, worse than guessing (${formatNumber(guess)})`;
      return verdict.vanishes
        ? 'is no better than guessing, because its gradient vanishes'
        : `is no better than guessing (${formatNumber(verdict.loss)} against ${formatNumber(guess)})`;
  }
}

/** How the sentence over several runs begins. */
export const SAME = 'Same network, same data. ';

/** Returns a sentence that is about as long as any that {@link sentenceOf} may say of these runs. */
export function longestSentence(runs: readonly { readonly subject: string }[], unit: string): string {
  const verdict = { kind: 'falling', loss: 88.8, beatsGuessing: false, isWorse: false, vanishes: false } as const;
  const clause = clauseOf(verdict, { guess: 8.88, limit: Infinity }, unit);
  return SAME + runs.map(({ subject }) => `${subject} it ${clause}.`).join(' ');
}

/** Says the verdicts of all runs, each with the clause that names it: "Without clipping it". */
export function sentenceOf(
  runs: readonly { readonly subject: string; readonly verdict: Verdict }[],
  bounds: Bounds,
  unit: string,
): string {
  const clauses = runs.map(({ verdict }) => clauseOf(verdict, bounds, unit));
  const alike = runs.length > 1 && new Set(clauses).size === 1;
  const sentences = alike
    ? [
        `${runs.some(({ subject }) => subject === 'Without clipping') ? 'With and without clipping' : 'In every run'} it ${clauses[0]}.`,
      ]
    : runs.map(({ subject }, index) => `${subject} it ${clauses[index]}.`);
  const isVanishing = ({ verdict }: (typeof runs)[number]): boolean =>
    clauseOf(verdict, bounds, unit).includes('vanishes');
  if (runs.some(isVanishing)) sentences.push('Clipping only shortens gradients, so it cannot help here.');
  return (runs.length > 1 ? SAME : '') + sentences.join(' ');
}
