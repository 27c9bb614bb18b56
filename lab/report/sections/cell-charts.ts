import type { Run, StartRecord } from '../../run/record.ts';
import type { Contender, Contest } from '../../analysis/contests.ts';
import type { ClipRateChart } from '../charts/clip-rate.ts';
import type { LossChart } from '../charts/loss.ts';
import type { NormsChart } from '../charts/norms.ts';
import type { ScoreChart } from '../charts/score.ts';
import type { Values } from '../charts/steps.ts';
import { roundDigits } from '../../analysis/digest.ts';
import type { Palette } from '../charts/palette.ts';
import { medianByStep, rangeByStep } from '../../analysis/series.ts';

/** What the charts of one cell are made from. */
export interface CellParts {
  readonly contest: Contest;
  readonly palette: Palette;
  readonly runsOf: (contender: Contender, rate: number) => readonly Run[];
  /** What all runs of the contest have in common. */
  readonly start: StartRecord;
}

/** Losses above so many baselines leave the chart at the top. */
const LOSS_OFF_SCALE = 2.5;

/** Norms above this one tell of an explosion, and would press all others together. */
const NORM_OFF_SCALE = 1e6;

/** The score of each strategy at each learning rate. */
export function scoreChart({ contest, palette, start: { metric } }: CellParts): ScoreChart {
  return {
    kind: 'score',
    name: `${contest.cell}: score by learning rate`,
    metric: metric.name,
    better: metric.better,
    baseline: metric.baseline,
    curves: contest.contenders.map(({ strategy, rows }) => ({
      label: palette.label(strategy),
      color: palette.color(strategy),
      dash: palette.dash(strategy),
      points: rows.map(
        ({ learningRate, metric: { median, low, high, isRange, scores }, seeds, diverged, clipRate }) => ({
          rate: learningRate,
          median,
          low,
          high,
          isRange,
          scores,
          seeds: seeds.length,
          diverged,
          clipRate,
        }),
      ),
    })),
  };
}

/** How often each strategy clips at each learning rate. */
export function clipRateChart({ contest, palette }: CellParts): ClipRateChart {
  const clipping = contest.contenders.filter(({ strategy }) => strategy.id !== 'none');
  return {
    kind: 'clip-rate',
    name: `${contest.cell}: steps clipped by learning rate`,
    bars: clipping.flatMap(({ strategy, rows }) =>
      rows.map(({ learningRate, clipRate, seeds }) => ({
        label: palette.label(strategy),
        color: palette.color(strategy),
        rate: learningRate,
        clipRate,
        seeds: seeds.length,
      })),
    ),
  };
}

/** The losses of each strategy at one learning rate. */
export function lossChart({ contest, palette, runsOf, start }: CellParts, rate: number): LossChart {
  return {
    kind: 'loss',
    name: `${contest.cell}: loss by step at rate ${rate}`,
    axis: start.loss,
    steps: start.config.steps,
    most: roundDigits(LOSS_OFF_SCALE * start.metric.baseline),
    lines: contest.contenders.map((contender) => {
      // Steps are read from disk at each use.
      const runs = runsOf(contender, rate).map(({ start: own, steps, end }) => ({ start: own, steps, end }));
      return {
        label: palette.label(contender.strategy),
        color: palette.color(contender.strategy),
        values: medianByStep(runs, ({ loss }) => loss),
        ...(runs.length < 2 ? {} : { band: rangeByStep(runs, ({ loss }) => loss) }),
        brokenOff: runs.length > 0 && runs.every(({ end }) => end.outcome === 'diverged'),
        dash: palette.dash(contender.strategy),
        lengths: runs.map(({ steps }) => steps.length),
      };
    }),
  };
}

/** The norms of one run. */
export function normsChart({ contest: { cell }, palette }: CellParts, { start, steps, end }: Run): NormsChart {
  const label = palette.label(start.config.strategy);
  return {
    kind: 'norms',
    name: `${cell}: gradient norm by step, ${label}`,
    label,
    color: palette.color(start.config.strategy),
    steps: start.config.steps,
    most: NORM_OFF_SCALE,
    before: finite(steps.map(({ normBefore }) => normBefore)),
    after: finite(steps.map(({ normAfter }) => normAfter)),
    threshold: finite(steps.map(({ threshold }) => threshold)),
    brokenOff: end.outcome === 'diverged',
  };
}

/** Values by step for a chart; empty where there is none at all. */
function finite(values: readonly (number | undefined)[]): Values {
  const shown = values.map((value) => (value !== undefined && Number.isFinite(value) ? roundDigits(value) : null));
  return shown.every((value) => value === null) ? [] : shown;
}
