import type { Law } from '../law.ts';
import { assertThat } from '../law.ts';
import { assertClose, assertIdentical } from '../compare.ts';
import { randomGradients, randomParameters, randomSequence } from '../gradients.ts';
import { mapEntries } from '../numbers.ts';
import { seededRandom } from '../random.ts';
import { runSequence } from '../session.ts';

/** Clipping what was clipped changes nothing more. */
export const twice: Law<'twice'> = {
  name: 'twice',
  title: 'changes nothing when it clips what it clipped, with the same memory',
  exemption: ({ laws }) => (laws.idempotent ? undefined : 'declares that it is not idempotent'),
  check(subject) {
    const parameters = randomParameters(seededRandom(6));
    const sequence = randomSequence({ seed: 6, steps: 12, scale: 1 });
    sequence.forEach((gradients, step) => {
      const from = { memory: runSequence(subject.make(), parameters, sequence.slice(0, step)).memory, step };
      const once = runSequence(subject.make(), parameters, [gradients], from).outcomes[0]?.gradients ?? {};
      const again = runSequence(subject.make(), parameters, [once], from).outcomes[0]?.gradients ?? {};
      assertClose(`step ${step} clipped again`, once, again);
    });
  },
};

/** What needs no clipping is left as it is. */
export const small: Law<'small'> = {
  name: 'small',
  title: 'lets gradients far below its threshold pass bit for bit',
  check(subject) {
    const random = seededRandom(7);
    const gradients = randomGradients(random, 1e-9);
    const { outcomes } = runSequence(subject.make(), randomParameters(random), [gradients]);
    assertIdentical('a first gradient of scale 1e-9', gradients, outcomes[0]?.gradients ?? {});
  },
};

/** A NaN is the wrapper's to deal with; a strategy must not cover it up. */
export const nan: Law<'nan'> = {
  name: 'nan',
  title: 'hides no NaN: the element stays NaN, or the step is skipped',
  check(subject) {
    const random = seededRandom(8);
    const parameters = randomParameters(random);
    const before = [randomGradients(random, 1), randomGradients(random, 1)];
    const drawn = randomGradients(random, 1);
    const spoilt = mapEntries(drawn, (one) => ({
      ...one,
      values: one.values.map((x, place) => (place === 0 ? NaN : x)),
    }));
    const outcome = runSequence(subject.make(), parameters, [...before, spoilt]).outcomes.at(-1);
    if (outcome === undefined || outcome.skipped) return;
    for (const [name, { values }] of Object.entries(outcome.gradients)) {
      assertThat(Number.isNaN(values[0]), () => `the NaN in \`${name}\` became ${String(values[0])}`);
    }
  },
};
