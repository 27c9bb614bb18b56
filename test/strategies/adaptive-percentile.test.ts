import { adaptivePercentile } from 'gradclip/strategies';
import { oracle } from '../oracles/adaptive-percentile.ts';
import { itKeepsTheLaws, itKeepsTheLawsWith } from '../laws/judge.ts';

itKeepsTheLaws(adaptivePercentile, {
  oracle,
  onDevice: {
    // A percentile takes window² comparisons there, which a cpu that stands for a device does one by one.
    options: { window: 25 },
    // The place between two norms is a float32 that subtracts nearly equal numbers, and after a spike its last bit
    // is multiplied by norms ten thousand times as long.
    tolerance: 2e-5,
  },
});
for (const scope of ['layer', 'variable'] as const) {
  const options = { scope, window: 20, percentile: 50, minHistory: 3 };
  itKeepsTheLawsWith(adaptivePercentile, { oracle, options, laws: { direction: scope } });
}
