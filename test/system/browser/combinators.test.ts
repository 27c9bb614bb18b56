// Runs the conformance suite in Chromium on a strategy that uses every combinator.
import { chain, partition, scheduled } from 'gradclip';
import { adaptivePercentile, globalNorm, perValue } from 'gradclip/strategies';
import { describeCombinator } from '../../src/combinators/fixture.ts';
import { workingDevices } from './devices.ts';
import { registerWasm } from './wasm-files.ts';

registerWasm();
await workingDevices();

describeCombinator(
  'combined',
  () =>
    chain(
      partition([
        { match: 'lstm*', exclude: '*/bias', strategy: adaptivePercentile({ percentile: 50, window: 5 }) },
        { match: '*/bias', strategy: perValue({ maxAbs: 0.5 }) },
      ]),
      scheduled(globalNorm, { maxNorm: { kind: 'cosine', from: 2, to: 0.5, steps: 8 } }),
    ),
  ['wasm', 'webgl'],
);
