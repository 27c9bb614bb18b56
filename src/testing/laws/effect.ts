import type { Law } from '../law.ts';
import { expectThat } from '../law.ts';
import { expectClose, expectIdentical } from '../compare.ts';
import { drawnGradients, drawnParameters, drawnSequence } from '../gradients.ts';
import { mapped } from '../numbers.ts';
import { seeded } from '../random.ts';
import { played } from '../session.ts';

/** Clipping what was clipped changes nothing more. */
export const twice: Law<'twice'> = {
  name: 'twice',
  title: 'changes nothing when it clips what it clipped, with the same memory',
  exemption: ({ laws }) => (laws.idempotent ? undefined : 'declares that it is not idempotent'),
  check(subject) {
    const parameters = drawnParameters(seeded(6));
    const sequence = drawnSequence({ seed: 6, steps: 12, scale: 1 });
    sequence.forEach((gradients, step) => {
      const from = { memory: played(subject.make(), parameters, sequence.slice(0, step)).memory, step };
      const once = played(subject.make(), parameters, [gradients], from).outcomes[0]?.gradients ?? {};
      const again = played(subject.make(), parameters, [once], from).outcomes[0]?.gradients ?? {};
      expectClose(`step ${step} clipped again`, once, again);
    });
  },
};

/** What needs no clipping is left as it is. */
export const small: Law<'small'> = {
  name: 'small',
  title: 'lets gradients far below its threshold pass bit for bit',
  check(subject) {
    const random = seeded(7);
    const gradients = drawnGradients(random, 1e-9);
    const { outcomes } = played(subject.make(), drawnParameters(random), [gradients]);
    expectIdentical('a first gradient of scale 1e-9', gradients, outcomes[0]?.gradients ?? {});
  },
};

/** A NaN is the wrapper's to deal with; a strategy must not cover it up. */
export const nan: Law<'nan'> = {
  name: 'nan',
  title: 'hides no NaN: the element stays NaN, or the step is skipped',
  check(subject) {
    const random = seeded(8);
    const parameters = drawnParameters(random);
    const before = [drawnGradients(random, 1), drawnGradients(random, 1)];
    const drawn = drawnGradients(random, 1);
    const spoilt = mapped(drawn, (one) => ({ ...one, values: one.values.map((x, place) => (place === 0 ? NaN : x)) }));
    const outcome = played(subject.make(), parameters, [...before, spoilt]).outcomes.at(-1);
    if (outcome === undefined || outcome.skipped) return;
    for (const [name, { values }] of Object.entries(outcome.gradients)) {
      expectThat(Number.isNaN(values[0]), () => `the NaN in \`${name}\` became ${String(values[0])}`);
    }
  },
};
