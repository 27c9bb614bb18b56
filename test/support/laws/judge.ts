import { setBackend } from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { none } from 'gradclip/strategies';
import { DEVICE, describeStrategy, lawsOf, type DescribeOptions, type Judged, type Verdict } from 'gradclip/testing';
import { afterAll, beforeAll, describe, inject, it } from 'vitest';
import { BACKENDS, sequencesOf } from '../settings.ts';
import { itDeclaresAllThatItKeeps } from './declaration.ts';
import type { ShelfTrial } from './trials.ts';
import { file } from './verdicts.ts';

/** Both backends of Node are compared with the oracle in full. */
const SEQUENCES = 50;
/** The tfjs ops of graphics cards take their time on a cpu, so fewer sequences are compared there. */
const SEQUENCES_ON_DEVICE = 10;

/** Writes the tests of all laws, and of the agreement with the oracle, on every backend. */
export function itKeepsTheLaws<Options>(
  factory: Judged<Options>,
  { onDevice, breaking, ...options }: ShelfTrial<NoInfer<Options>> = {},
): void {
  const framework = { describe, it, onVerdict: recordOf(factory.id) };
  describeStrategy(factory, { ...framework, backends: BACKENDS, sequences: sequencesOf(SEQUENCES), ...options });
  describeStrategy(factory, {
    ...framework,
    backends: [DEVICE],
    sequences: sequencesOf(SEQUENCES_ON_DEVICE),
    ...options,
    ...onDevice,
  });
  describe(`the declaration of ${factory.id}`, () => itDeclaresAllThatItKeeps(factory, breaking ?? options.options));
}

/** The same under other options, on one backend: which kernels are taken does not depend on them. */
export function itKeepsTheLawsWith<Options>(
  factory: Judged<Options>,
  options: DescribeOptions<NoInfer<Options>> & { readonly options: NoInfer<Options> },
): void {
  describeStrategy(factory, {
    describe,
    it,
    onVerdict: recordOf(factory.id),
    backends: BACKENDS.slice(-1),
    sequences: sequencesOf(SEQUENCES),
    ...options,
  });
}

const records = new Map<string, Verdict[]>();

/** Collects what comes of the laws of one strategy, for the table in the documentation. */
function recordOf(id: string): (verdict: Verdict) => void {
  const verdicts = records.get(id) ?? [];
  records.set(id, verdicts);
  return (verdict) => verdicts.push(verdict);
}

// The tables beside the laws are read off cpu; the laws choose their backend by themselves.
beforeAll(async () => {
  await setBackend('cpu');
});

afterAll(() => {
  // Exemptions are told before the first law is judged; the table goes by the order of the laws.
  const order = [...lawsOf(none).map(({ name }) => name), 'oracle'];
  for (const [id, unordered] of records) {
    const verdicts = unordered.sort((a, b) => order.indexOf(a.law) - order.indexOf(b.law));
    file(inject('lawVerdicts'), { id, verdicts });
  }
});
