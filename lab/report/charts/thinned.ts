import type { LossChart } from './loss.ts';
import type { NormsChart } from './norms.ts';
import type { Values } from './steps.ts';

/** A chart is some 280 pixels wide: into so many stretches a long line is cut. */
const STRETCHES = 120;

/** A chart of losses with no more points in a line than can be told apart. */
export function thinnedLosses(chart: LossChart): LossChart {
  return {
    ...chart,
    lines: chart.lines.map((line) => {
      const at = tellingSteps(line.values);
      if (at === undefined) return line;
      const pick = (values: Values): Values => at.map((step) => values[step] ?? null);
      const { band, ...rest } = line;
      const thinnedBand = band && { band: { low: pick(band.low), high: pick(band.high) } };
      return { ...rest, ...thinnedBand, at, values: pick(line.values) };
    }),
  };
}

/** A chart of norms in which the steps are left out that do not show. */
export function thinnedNorms(chart: NormsChart): NormsChart {
  const at = tellingSteps(chart.before);
  if (at === undefined) return chart;
  const thinned = (values: Values): Values => (values.length === 0 ? values : at.map((step) => values[step] ?? null));
  return {
    ...chart,
    at,
    before: thinned(chart.before),
    after: thinned(chart.after),
    threshold: thinned(chart.threshold),
  };
}

/**
 * The steps that say where a line goes: of every stretch those with its smallest and largest value, so that no spike is
 * lost, and the first and the last; undefined where the line is short and every step says it.
 */
function tellingSteps(values: Values): number[] | undefined {
  if (values.length <= 2 * STRETCHES) return undefined;
  const telling = new Set([0, values.length - 1]);
  for (let stretch = 0; stretch < STRETCHES; stretch += 1) {
    const [from, to] = [stretch, stretch + 1].map((edge) => Math.round((edge * values.length) / STRETCHES));
    const steps = Array.from({ length: (to ?? 0) - (from ?? 0) }, (_, place) => (from ?? 0) + place);
    const known = steps.filter((step) => values[step] != null);
    const by = (better: (a: number, b: number) => boolean): number | undefined =>
      known.reduce<number | undefined>(
        (best, step) => (best === undefined || better(values[step]!, values[best]!) ? step : best),
        undefined,
      );
    for (const step of [by((a, b) => a < b), by((a, b) => a > b)]) if (step !== undefined) telling.add(step);
  }
  return [...telling].sort((a, b) => a - b);
}
