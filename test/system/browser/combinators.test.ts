// A strategy made with every combinator, held to the same laws as those on the shelf, alone and in `fit`.
import * as tf from '@tensorflow/tfjs';
import { chain, partition, scheduled, type ClippingStrategy } from 'gradclip';
import { adaptivePercentile, globalNorm, perValue } from 'gradclip/strategies';
import { describeStrategy } from 'gradclip/testing';
import { afterEach, beforeAll, describe, it } from 'vitest';
import { itKeepsTheLawsInTraining } from '../../src/combinators/laws.ts';
import { workingDevices } from './devices.ts';
import { registerWasm } from './wasm-files.ts';

registerWasm();
await workingDevices();

const BACKENDS = ['wasm', 'webgl'];

const make = (): ClippingStrategy =>
  chain(
    partition([
      { match: 'lstm*', exclude: '*/bias', strategy: adaptivePercentile({ percentile: 50, window: 5 }) },
      { match: '*/bias', strategy: perValue({ maxAbs: 0.5 }) },
    ]),
    scheduled(globalNorm, { maxNorm: { kind: 'cosine', from: 2, to: 0.5, steps: 8 } }),
  );
const judged = Object.assign(make, {
  id: 'chain',
  title: 'A chain of a partition and a schedule',
  source: { authors: 'gradclip', year: 2026, title: 'Combinators', url: 'https://example.org' },
  laws: { direction: 'none', idempotent: false },
  fields: {},
} as const);
const noOptions = 'is made of strategies, not of options';

describeStrategy(judged, { describe, it, backends: BACKENDS, exempt: { spelling: noOptions, bounds: noOptions } });

describe.each(BACKENDS)('in training on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterEach(() => tf.disposeVariables());

  itKeepsTheLawsInTraining(make);
});
