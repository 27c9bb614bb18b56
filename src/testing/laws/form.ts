import type { Law } from '../law.ts';
import { expectThat } from '../law.ts';
import { expectDirection, expectFinite, expectNoLonger, expectSameForm } from '../compare.ts';
import { drawnGradients, drawnParameters, drawnSequence } from '../gradients.ts';
import { elementsOf, mapped, type NamedNumbers } from '../numbers.ts';
import { seeded } from '../random.ts';
import { begin } from '../session.ts';
import type { Subject } from '../law.ts';

const SEEDS = [1, 2];
const STEPS = 25;

/** Shows each step of a few sequences to a check; gradients of ordinary scale, with spikes, zeros and gaps. */
function onEachStep(subject: Subject, check: (before: NamedNumbers, after: NamedNumbers) => void, scale = 1): void {
  for (const seed of SEEDS) {
    const session = begin(subject.make(), drawnParameters(seeded(seed)));
    try {
      for (const gradients of drawnSequence({ seed, steps: STEPS, scale })) {
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
  check: (subject) => onEachStep(subject, expectSameForm),
};

/** Clipping shortens. */
export const length: Law<'length'> = {
  name: 'length',
  title: 'never lengthens a gradient',
  exemption: ({ laws }) => (laws.lengthens ? 'declares that it may lengthen' : undefined),
  check: (subject) => onEachStep(subject, expectNoLonger),
};

/** What is declared to keep its direction does. */
export const direction: Law<'direction'> = {
  name: 'direction',
  title: 'keeps the direction that it declares to keep',
  exemption: ({ laws }) => (laws.direction === 'none' ? 'declares no direction' : undefined),
  check: (subject) => onEachStep(subject, (before, after) => expectDirection(subject.laws.direction, before, after)),
};

/** No gradient appears from nothing. */
export const zero: Law<'zero'> = {
  name: 'zero',
  title: 'makes zeros of zeros, at the first step and at later ones',
  check(subject) {
    const zeros = mapped(drawnGradients(seeded(3), 1), (one) => ({ ...one, values: one.values.map(() => 0) }));
    const session = begin(subject.make(), drawnParameters(seeded(3)));
    try {
      for (const gradients of [zeros, zeros, ...drawnSequence({ seed: 3, steps: 5, scale: 1 }), zeros]) {
        const { gradients: after } = session.step(gradients);
        if (gradients !== zeros) continue;
        const wrong = elementsOf(after).find((value) => value !== 0);
        expectThat(wrong === undefined, () => `a gradient of 0 became ${String(wrong)}`);
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
    const parameters = { ...drawnParameters(seeded(4)), hollow: { shape: [0, 4], values: [] } };
    const session = begin(subject.make(), parameters);
    try {
      const hollow: NamedNumbers = { hollow: { shape: [0, 4], values: [] } };
      const ordinary = drawnGradients(seeded(4), 1);
      for (const gradients of [{}, hollow, { ...ordinary, ...hollow }, {}, ordinary]) {
        const { gradients: after } = session.step(gradients);
        expectSameForm(gradients, after);
        expectFinite('beside an empty gradient,', after);
      }
      expectFinite('after empty steps the memory', session.memory());
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
      const random = seeded(5);
      const session = begin(subject.make(), drawnParameters(random));
      try {
        for (const size of [...scales, ...scales, ...scales]) {
          const { gradients: after, skipped } = session.step(drawnGradients(random, size));
          if (skipped) continue;
          expectFinite(`at scale ${size}`, after);
          const some = elementsOf(after).some((value) => value !== 0);
          expectThat(some, () => `at scale ${size} every element became 0`);
        }
        expectFinite(`after gradients of scale ${scales.join(', ')} the memory`, session.memory());
      } finally {
        session.dispose();
      }
    }
  },
};
