// The conditions under which our strategies are tested, if they differ from the defaults and all laws. Shared by the
// tests in Node and in the browser.
import type {
  AdaGcOptions,
  AdaptivePercentileOptions,
  ElementSpikeOptions,
  EmaRatioOptions,
  NormalizeOptions,
  SpikeSkipOptions,
  ZClipOptions,
} from 'gradclip/strategies';
import type { DescribeOptions } from 'gradclip/testing';

/** The conditions under which one strategy is tested. */
export interface LawConditions<Options> extends DescribeOptions<Options> {
  /** What differs on a device, simulated or not, where tfjs ops round every sum to float32. */
  readonly onDevice?: DescribeOptions<Options>;
  /** Options that break the laws the strategy does not declare, if the tested options happen to keep them. */
  readonly breaking?: Options;
}

/** By strategy id. Strategies not listed are tested with their default options. */
export const conditions = {
  'ada-gc': {
    options: { warmup: 10 },
    laws: { idempotent: true },
    breaking: { ratio: 0.5, warmup: 0 },
    exempt: {
      scale: 'scales 1e25 down to the smallest norm of the warm-up, here 1e-25, by a factor below the range of float32',
    },
  } satisfies LawConditions<AdaGcOptions>,
  'adaptive-percentile': {
    onDevice: {
      // A percentile takes window² comparisons on a device, and the simulated device makes them one by one.
      options: { window: 25 },
      // The interpolation between two norms subtracts nearly equal float32 numbers. After a spike, its rounding error
      // is multiplied by norms that are ten thousand times as large.
      tolerance: 2e-5,
    },
  } satisfies LawConditions<AdaptivePercentileOptions>,
  centralize: {
    exempt: {
      small: 'has no threshold: it subtracts the mean of every kernel',
      parabola: 'moves a kernel only along directions that keep the sums of its columns, by design',
    },
  } satisfies LawConditions<never>,
  'element-spike': { options: { threshold: 50, warmup: 3 } } satisfies LawConditions<ElementSpikeOptions>,
  'ema-ratio': { laws: { idempotent: true }, breaking: { ratio: 0.5 } } satisfies LawConditions<EmaRatioOptions>,
  normalize: {
    exempt: { small: 'has no threshold: it scales every gradient to the same norm' },
    breaking: { norm: 100, gamma: 1 },
  } satisfies LawConditions<NormalizeOptions>,
  'spike-skip': { options: { decay: 0.9, minWeight: 0.3 } } satisfies LawConditions<SpikeSkipOptions>,
  'z-clip': { options: { warmup: 5 } } satisfies LawConditions<ZClipOptions>,
};

/** The conditions of the strategy with this id. */
export function conditionsFor(id: string): LawConditions<never> {
  const known: Readonly<Record<string, unknown>> = conditions;
  return (known[id] ?? {}) as LawConditions<never>;
}
