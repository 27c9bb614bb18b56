import { quantileSorted } from 'simple-statistics';
import type { EndRecord, Run, StartRecord } from '../run/record.ts';
import type { RunConfig } from '../run/run-config.ts';

/** A run without its steps. Summaries and answers are computed from digests. */
export interface RunDigest {
  readonly id: string;
  readonly config: RunConfig;
  readonly metric: StartRecord['metric'];
  readonly outcome: EndRecord['outcome'];
  /** The metric at the end; null if the run diverged, because its weights are meaningless. */
  readonly score: number | null;
  readonly steps: number;
  /** Steps at which the strategy changed the gradient. */
  readonly clipped: number;
  /** The median, 90th percentile and maximum of ‖g‖₂ before clipping, over the steps where it is finite. */
  readonly norms: { readonly median: number; readonly p90: number; readonly max: number } | null;
  /** The median duration of a step, in milliseconds. */
  readonly msPerStep: number;
}

/** Summarizes a run as a digest. */
export function digestRun({ start, steps, end }: Run): RunDigest {
  const sorted = (values: number[]): number[] => values.filter(Number.isFinite).sort((a, b) => a - b);
  const norms = sorted(steps.map(({ normBefore }) => normBefore));
  const times = sorted(steps.map(({ ms }) => ms));
  const finished = end.outcome === 'finished' && Number.isFinite(end.metric);
  return {
    id: start.id,
    config: start.config,
    metric: start.metric,
    outcome: end.outcome,
    score: finished ? end.metric : null,
    steps: steps.length,
    clipped: steps.filter(({ clipped }) => clipped).length,
    norms:
      norms.length === 0
        ? null
        : {
            median: roundDigits(quantileSorted(norms, 0.5)),
            p90: roundDigits(quantileSorted(norms, 0.9)),
            max: roundDigits(norms.at(-1) as number),
          },
    msPerStep: times.length === 0 ? 0 : roundDigits(quantileSorted(times, 0.5)),
  };
}

/** Rounds to four significant digits, which is more than a summary or a chart can show. */
export function roundDigits(value: number): number {
  return Number(value.toPrecision(4));
}
