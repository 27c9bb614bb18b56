// Under which conditions a strategy of the shelf is judged, where that is not under its defaults and by all laws: said
// once, for the tests in Node and those in a browser.
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

/** How a strategy of the shelf is judged. */
export interface ShelfTrial<Options> extends DescribeOptions<Options> {
  /** What differs on a device, simulated or not, where tfjs ops round every sum to float32. */
  readonly onDevice?: DescribeOptions<Options>;
  /** Options under which it breaks what it does not promise, where it keeps that under those it is judged with. */
  readonly breaking?: Options;
}

/** By strategy id; those that are missing are judged under their defaults. */
export const trials = {
  'ada-gc': {
    options: { warmup: 10 },
    laws: { idempotent: true },
    breaking: { ratio: 0.5, warmup: 0 },
    exempt: {
      scale: 'brings 1e25 down to the least norm of the warm-up, here 1e-25, by a factor that no float32 holds',
    },
  } satisfies ShelfTrial<AdaGcOptions>,
  'adaptive-percentile': {
    onDevice: {
      // A percentile takes window² comparisons there, which a cpu that stands for a device does one by one.
      options: { window: 25 },
      // The place between two norms is a float32 that subtracts nearly equal numbers, and after a spike its last bit
      // is multiplied by norms ten thousand times as long.
      tolerance: 2e-5,
    },
  } satisfies ShelfTrial<AdaptivePercentileOptions>,
  centralize: {
    exempt: {
      small: 'has no threshold: the mean is removed from every kernel',
      parabola: 'moves kernels only where their columns keep their sums, as it is meant to',
    },
  } satisfies ShelfTrial<never>,
  'element-spike': { options: { threshold: 50, warmup: 3 } } satisfies ShelfTrial<ElementSpikeOptions>,
  'ema-ratio': { laws: { idempotent: true }, breaking: { ratio: 0.5 } } satisfies ShelfTrial<EmaRatioOptions>,
  normalize: {
    exempt: { small: 'has no threshold: every gradient is brought to one length' },
    breaking: { norm: 100, gamma: 1 },
  } satisfies ShelfTrial<NormalizeOptions>,
  'spike-skip': { options: { decay: 0.9, minWeight: 0.3 } } satisfies ShelfTrial<SpikeSkipOptions>,
  'z-clip': { options: { warmup: 5 } } satisfies ShelfTrial<ZClipOptions>,
};

/** The trial of a strategy of which no more than its id is known. */
export function trialOf(id: string): ShelfTrial<never> {
  const known: Readonly<Record<string, unknown>> = trials;
  return (known[id] ?? {}) as ShelfTrial<never>;
}
