// The laws once more, over whatever gradients fast-check thinks of: any names, ranks 0 to 4, empty tensors, signed
// zeros, denormals, and elements of a very different size side by side.
import { setBackend } from '@tensorflow/tfjs';
import { allStrategies, globalNorm, perValue, perVariable } from 'gradclip/strategies';
import type { NamedNumbers } from 'gradclip/testing';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  assertClose,
  assertDirection,
  assertFinite,
  assertIdentical,
  assertNotLonger,
  assertSameForm,
} from '../../../src/testing/compare.ts';
import { elementsOf, euclideanNorm } from '../../../src/testing/numbers.ts';
import { runSequence } from '../../../src/testing/session.ts';

beforeAll(async () => {
  await setBackend('cpu');
});

const runs = { numRuns: 60, seed: 7 };

// Up to 1e25, as the laws say; the square of a norm at the very top of float32 is nobody's gradient.
const element = fc.float({ min: -Math.fround(1e25), max: Math.fround(1e25), noNaN: true });
const tensor = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }).chain((shape) => {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return fc.array(element, { minLength: size, maxLength: size }).map((values) => ({ shape, values }));
});
const name = fc.constantFrom('lstm/kernel', 'lstm/bias', 'dense/kernel', 'gain', 'a b/ü');
const gradients: fc.Arbitrary<NamedNumbers> = fc.dictionary(name, tensor, { maxKeys: 4 });
// Further apart than these and a gradient of 1e25, and the factor is no normal float32.
const threshold = fc.double({ min: 1e-12, max: 1e20, noNaN: true });

/** Three steps of the same variables: the same gradients, scaled. */
const steps = fc
  .tuple(gradients, fc.array(fc.constantFrom(0, 0.25, 1, 4), { minLength: 1, maxLength: 2 }))
  .map(([first, scales]) => [
    first,
    ...scales.map((scale) =>
      Object.fromEntries(
        Object.entries(first).map(([key, one]) => [
          key,
          { ...one, values: one.values.map((x) => Math.fround(x * scale)) },
        ]),
      ),
    ),
  ]);

const ones = (like: NamedNumbers): NamedNumbers =>
  Object.fromEntries(Object.entries(like).map(([key, one]) => [key, { ...one, values: one.values.map(() => 1) }]));

describe.each(allStrategies.map((factory) => ({ id: factory.id, factory })))('$id', ({ factory }) => {
  it('keeps form, length and direction, whatever the gradients', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const { outcomes } = runSequence(factory(), ones(sequence[0] ?? {}), sequence);
        outcomes.forEach(({ gradients: after, skipped }, step) => {
          const before = sequence[step] ?? {};
          assertSameForm(before, after);
          if (skipped) return;
          assertFinite(`step ${step}`, after);
          if (factory.laws.lengthens !== true) assertNotLonger(before, after);
          assertDirection(factory.laws.direction, before, after);
        });
      }),
      runs,
    );
  });

  const { idempotent } = factory.laws;
  const unpromised = idempotent ? '' : ' (skipped: it does not promise to)';
  it.skipIf(!idempotent)(`changes nothing the second time, whatever the gradients${unpromised}`, () => {
    fc.assert(
      fc.property(gradients, (given) => {
        const clip = (of: NamedNumbers): NamedNumbers =>
          runSequence(factory(), ones(of), [of]).outcomes[0]?.gradients ?? {};
        const once = clip(given);
        assertClose('the second time', once, clip(once));
      }),
      runs,
    );
  });
});

describe('globalNorm', () => {
  it('bounds the norm, and lets pass what is within bounds', () => {
    fc.assert(
      fc.property(gradients, threshold, (given, maxNorm) => {
        const after = runSequence(globalNorm({ maxNorm }), ones(given), [given]).outcomes[0]?.gradients ?? {};
        const [was, is] = [euclideanNorm(elementsOf(given)), euclideanNorm(elementsOf(after))];
        expect(is).toBeLessThanOrEqual(maxNorm * (1 + 1e-6) + 1e-44);
        if (was < maxNorm * (1 - 1e-6)) assertIdentical('within bounds', given, after);
      }),
      runs,
    );
  });
});

describe('perVariable', () => {
  it('bounds the norm of each variable', () => {
    fc.assert(
      fc.property(gradients, threshold, (given, maxNorm) => {
        const after = runSequence(perVariable({ maxNorm }), ones(given), [given]).outcomes[0]?.gradients ?? {};
        for (const { values } of Object.values(after)) {
          expect(euclideanNorm(values)).toBeLessThanOrEqual(maxNorm * (1 + 1e-6) + 1e-44);
        }
      }),
      runs,
    );
  });
});

describe('perValue', () => {
  it('bounds each element, and leaves those within bounds', () => {
    fc.assert(
      fc.property(gradients, threshold, (given, maxAbs) => {
        const after = runSequence(perValue({ maxAbs }), ones(given), [given]).outcomes[0]?.gradients ?? {};
        const bound = Math.fround(maxAbs);
        elementsOf(after).forEach((value, place) => {
          const was = elementsOf(given)[place] ?? NaN;
          expect(value).toBe(Math.max(-bound, Math.min(bound, was)));
        });
      }),
      runs,
    );
  });
});
