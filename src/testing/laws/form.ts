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

/** Shows each step of a few sequences to a check; gradients of ordinary scale, with spikes, zeros and gaps. */
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

/** What comes back has the form of what went in. */
export const form: Law<'form'> = {
  name: 'form',
  title: 'keeps names, order, shapes and dtypes',
  check: (subject) => onEachStep(subject, assertSameForm),
};

/** Clipping shortens. */
export const length: Law<'length'> = {
  name: 'length',
  title: 'never lengthens a gradient',
  exemption: ({ laws }) => (laws.lengthens ? 'declares that it may lengthen' : undefined),
  check: (subject) => onEachStep(subject, assertNotLonger),
};

/** What is declared to keep its direction does. */
export const direction: Law<'direction'> = {
  name: 'direction',
  title: 'keeps the direction that it declares to keep',
  exemption: ({ laws }) => (laws.direction === 'none' ? 'declares no direction' : undefined),
  check: (subject) => onEachStep(subject, (before, after) => assertDirection(subject.laws.direction, before, after)),
};

/** No gradient appears from nothing. */
export const zero: Law<'zero'> = {
  name: 'zero',
  title: 'makes zeros of zeros, at the first step and at later ones',
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
        const wrong = elementsOf(after).find((value) => value !== 0);
        assertThat(wrong === undefined, () => `a gradient of 0 became ${String(wrong)}`);
      }
    } finally {
      session.dispose();
    }
  },
};

/** Nothing to clip is no mistake. */
export const empty: Law<'empty'> = {
  name: 'empty',
  title: 'takes a step without gradients, and gradients without elements',
  check(subject) {
    const parameters = { ...randomParameters(seededRandom(4)), hollow: { shape: [0, 4], values: [] } };
    const session = startSession(subject.make(), parameters);
    try {
      const hollow: NamedNumbers = { hollow: { shape: [0, 4], values: [] } };
      const ordinary = randomGradients(seededRandom(4), 1);
      for (const gradients of [{}, hollow, { ...ordinary, ...hollow }, {}, ordinary]) {
        const { gradients: after } = session.step(gradients);
        assertSameForm(gradients, after);
        assertFinite('beside an empty gradient,', after);
      }
      assertFinite('after empty steps the memory', session.state());
    } finally {
      session.dispose();
    }
  },
};

/** No overflow and no vanishing. */
export const scale: Law<'scale'> = {
  name: 'scale',
  title: 'works from 1e-25 to 1e25: nothing overflows, vanishes or spoils its memory',
  check(subject) {
    for (const scales of [[1e-25], [1e-15], [3e20], [1e25], [1, 1e25, 1, 1e-25, 1]]) {
      const random = seededRandom(5);
      const session = startSession(subject.make(), randomParameters(random));
      try {
        for (const size of [...scales, ...scales, ...scales]) {
          const { gradients: after, skipped } = session.step(randomGradients(random, size));
          if (skipped) continue;
          assertFinite(`at scale ${size}`, after);
          const some = elementsOf(after).some((value) => value !== 0);
          assertThat(some, () => `at scale ${size} every element became 0`);
        }
        assertFinite(`after gradients of scale ${scales.join(', ')} the memory`, session.state());
      } finally {
        session.dispose();
      }
    }
  },
};
