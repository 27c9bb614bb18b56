import type { Law } from '../law.ts';
import { assertThat } from '../law.ts';
import { assertClose, assertIdentical } from '../compare.ts';
import { randomGradients, randomParameters, randomSequence } from '../gradients.ts';
import { mapEntries } from '../numbers.ts';
import { seededRandom } from '../random.ts';
import { runSequence } from '../session.ts';

/** Clipping the same gradients a second time changes nothing. */
export const twice: Law<'twice'> = {
  name: 'twice',
  title: 'changes nothing when it clips its own result with the same state',
  exemption: ({ laws }) => (laws.idempotent ? undefined : 'declares that it is not idempotent'),
  check(subject) {
    const parameters = randomParameters(seededRandom(6));
    const sequence = randomSequence({ seed: 6, steps: 12, scale: 1 });
    sequence.forEach((gradients, step) => {
      const from = { state: runSequence(subject.make(), parameters, sequence.slice(0, step)).state, step };
      const once = runSequence(subject.make(), parameters, [gradients], from).outcomes[0]?.gradients ?? {};
      const again = runSequence(subject.make(), parameters, [once], from).outcomes[0]?.gradients ?? {};
      assertClose(`step ${step} clipped again`, once, again);
    });
  },
};

/** Small gradients are not changed. */
export const small: Law<'small'> = {
  name: 'small',
  title: 'leaves gradients far below its threshold bit-for-bit unchanged',
  check(subject) {
    const random = seededRandom(7);
    const gradients = randomGradients(random, 1e-9);
    const parameters = randomParameters(random);
    // An adaptive strategy may pass any first step, so the law also tries small gradients after ordinary ones.
    const usual = [1, 2, 3, 4].map(() => randomGradients(random, 1));
    for (const before of [[], usual]) {
      const { outcomes } = runSequence(subject.make(), parameters, [...before, gradients]);
      const when = `after ${before.length} usual steps, a gradient of scale 1e-9`;
      assertIdentical(when, gradients, outcomes.at(-1)?.gradients ?? {});
    }
  },
};

/** The optimizer handles NaN; a strategy must not hide it. */
export const nan: Law<'nan'> = {
  name: 'nan',
  title: 'keeps NaN elements NaN, or skips the step',
  check(subject) {
    const random = seededRandom(8);
    const parameters = randomParameters(random);
    const before = [randomGradients(random, 1), randomGradients(random, 1)];
    const drawn = randomGradients(random, 1);
    const withNaN = mapEntries(drawn, (one) => ({
      ...one,
      values: one.values.map((x, place) => (place === 0 ? NaN : x)),
    }));
    const outcome = runSequence(subject.make(), parameters, [...before, withNaN]).outcomes.at(-1);
    if (outcome === undefined || outcome.skipped) return;
    for (const [name, { values }] of Object.entries(outcome.gradients)) {
      assertThat(Number.isNaN(values[0]), () => `the NaN in \`${name}\` became ${String(values[0])}`);
    }
  },
};
