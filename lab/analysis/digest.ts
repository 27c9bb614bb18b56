import { quantileSorted } from 'simple-statistics';
import type { EndRecord, Run, StartRecord } from '../run/record.ts';
import type { RunConfig } from '../run/run-config.ts';

/** A run without its steps. Summaries and answers are computed from digests. */
export interface RunDigest {
  readonly id: string;
  readonly config: RunConfig;
  readonly metric: StartRecord['metric'];
  readonly outcome: EndRecord['outcome'];
  /** The metric on the validation data at the end; null if the run diverged, because its weights are meaningless. */
  readonly validation: number | null;
  /** The metric on the test data at the end, with its standard error; null if the run diverged or is a tuning run. */
  readonly test: number | null;
  readonly testError: number | null;
  /** The metric on a part of the training data, if it was measured. */
  readonly training?: number | null;
  /** The number of steps after which the validation score was best, if only its weights were kept. */
  readonly bestStep?: number;
  readonly steps: number;
  /** Steps at which the strategy changed the gradient. */
  readonly clipped: number;
  /** The median, 90th percentile and maximum of ‖g‖₂ before clipping, over the steps where it is finite. */
  readonly norms: { readonly median: number; readonly p90: number; readonly max: number } | null;
}

/** Summarizes a run as a digest. */
export function digestRun({ start, steps, end }: Run): RunDigest {
  const sorted = (values: number[]): number[] => values.filter(Number.isFinite).sort((a, b) => a - b);
  const norms = sorted(steps.map(({ normBefore }) => normBefore));
  const ifFinished = (value: number): number | null =>
    end.outcome === 'finished' && Number.isFinite(value) ? value : null;
  return {
    id: start.id,
    config: start.config,
    metric: start.metric,
    outcome: end.outcome,
    validation: ifFinished(end.validation),
    test: ifFinished(end.test),
    testError: ifFinished(end.testError),
    ...(end.training === undefined ? {} : { training: ifFinished(end.training) }),
    ...(end.bestStep === undefined ? {} : { bestStep: end.bestStep }),
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
  };
}

/** Rounds to four significant digits, which is more than a summary or a chart can show. */
export function roundDigits(value: number): number {
  return Number(value.toPrecision(4));
}
