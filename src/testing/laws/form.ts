import type { Law } from '../law.ts';
import { assertThat } from '../law.ts';
import { assertDirection, assertFinite, assertNotLonger, assertSameForm } from '../compare.ts';
import { randomGradients, randomParameters, randomSequence } from '../gradients.ts';
import { elementsOf, mapEntries, type NamedNumbers } from '../numbers.ts';
import { seededRandom } from '../random.ts';
import { startSession } from '../session.ts';
import type { Subject } from '../law.ts';

const SEEDS = [1, 2];
const STEPS = 25;

/** Calls `check` with each step of a few sequences that contain spikes, zeros and absent gradients. */
function onEachStep(subject: Subject, check: (before: NamedNumbers, after: NamedNumbers) => void, scale = 1): void {
  for (const seed of SEEDS) {
    const session = startSession(subject.make(), randomParameters(seededRandom(seed)));
    try {
      for (const gradients of randomSequence({ seed, steps: STEPS, scale })) {
        const { gradients: after, skipped } = session.step(gradients);
        if (!skipped) check(gradients, after);
      }
    } finally {
      session.dispose();
    }
  }
}

/** The result has the form of the input. */
export const form: Law<'form'> = {
  name: 'form',
  title: 'keeps names, order, shapes and dtypes',
  check: (subject) => onEachStep(subject, assertSameForm),
};

/** Clipping never increases a norm. */
export const length: Law<'length'> = {
  name: 'length',
  title: 'never increases the norm of a gradient',
  exemption: ({ laws }) => (laws.lengthens ? 'declares that it may increase norms' : undefined),
  check: (subject) => onEachStep(subject, assertNotLonger),
};

/** The declared direction is kept. */
export const direction: Law<'direction'> = {
  name: 'direction',
  title: 'keeps the direction that it declares',
  exemption: ({ laws }) => (laws.direction === 'none' ? 'declares no direction' : undefined),
  check: (subject) => onEachStep(subject, (before, after) => assertDirection(subject.laws.direction, before, after)),
};

/** A zero gradient stays zero. */
export const zero: Law<'zero'> = {
  name: 'zero',
  title: 'returns zeros for zeros, in the first step and in later ones',
  check(subject) {
    const zeros = mapEntries(randomGradients(seededRandom(3), 1), (one) => ({
      ...one,
      values: one.values.map(() => 0),
    }));
    const session = startSession(subject.make(), randomParameters(seededRandom(3)));
    try {
      for (const gradients of [zeros, zeros, ...randomSequence({ seed: 3, steps: 5, scale: 1 }), zeros]) {
        const { gradients: after } = session.step(gradients);
        if (gradients !== zeros) continue;
        const nonZero = elementsOf(after).find((value) => value !== 0);
        assertThat(nonZero === undefined, () => `a gradient of 0 became ${String(nonZero)}`);
      }
    } finally {
      session.dispose();
    }
  },
};

/** An empty step is valid. */
export const empty: Law<'empty'> = {
  name: 'empty',
  title: 'accepts steps without gradients and gradients without elements',
  check(subject) {
    const parameters = { ...randomParameters(seededRandom(4)), vacant: { shape: [0, 4], values: [] } };
    const session = startSession(subject.make(), parameters);
    try {
      const vacant: NamedNumbers = { vacant: { shape: [0, 4], values: [] } };
      const ordinary = randomGradients(seededRandom(4), 1);
      for (const gradients of [{}, vacant, { ...ordinary, ...vacant }, {}, ordinary]) {
        const { gradients: after } = session.step(gradients);
        assertSameForm(gradients, after);
        assertFinite('beside an empty gradient,', after);
      }
      assertFinite('after empty steps the state', session.state());
    } finally {
      session.dispose();
    }
  },
};

/** Nothing overflows or vanishes. */
export const scale: Law<'scale'> = {
  name: 'scale',
  title: 'works from 1e-25 to 1e25: nothing overflows, vanishes or corrupts its state',
  check(subject) {
    for (const scales of [[1e-25], [1e-15], [3e20], [1e25], [1, 1e25, 1, 1e-25, 1]]) {
      const random = seededRandom(5);
      const session = startSession(subject.make(), randomParameters(random));
      try {
        for (const size of [...scales, ...scales, ...scales]) {
          const { gradients: after, skipped } = session.step(randomGradients(random, size));
          if (skipped) continue;
          assertFinite(`at scale ${size}`, after);
          const hasNonZero = elementsOf(after).some((value) => value !== 0);
          assertThat(hasNonZero, () => `at scale ${size} every element became 0`);
        }
        assertFinite(`after gradients of scale ${scales.join(', ')} the state`, session.state());
      } finally {
        session.dispose();
      }
    }
  },
};
