import type { Law } from '../law.ts';
import { assertThat } from '../law.ts';
import { assertIdentical, assertSameForm } from '../compare.ts';
import { randomGradients, randomParameters, randomSequence } from '../gradients.ts';
import { type NamedNumbers } from '../numbers.ts';
import { seededRandom } from '../random.ts';
import { startSession, runSequence } from '../session.ts';

/** The same state and the same gradients give the same result. */
export const repeat: Law<'repeat'> = {
  name: 'repeat',
  title: 'gives bit-for-bit identical results for the same gradients',
  check(subject) {
    const parameters = randomParameters(seededRandom(9));
    const sequence = randomSequence({ seed: 9, steps: 15, scale: 1 });
    // Reusing the strategy shows state hidden inside it.
    const strategy = subject.make();
    const first = runSequence(strategy, parameters, sequence);
    for (const other of [strategy, subject.make()]) {
      const second = runSequence(other, parameters, sequence);
      first.outcomes.forEach(({ gradients }, step) => {
        assertIdentical(`step ${step} the second time`, gradients, second.outcomes[step]?.gradients ?? {});
      });
      assertIdentical('the state the second time', first.state, second.state);
    }
  },
};

/** A run resumed from JSON is identical to an uninterrupted run. */
export const resume: Law<'resume'> = {
  name: 'resume',
  title: 'resumes from its state in JSON bit-for-bit identically to an uninterrupted run',
  check(subject) {
    const parameters = randomParameters(seededRandom(10));
    const sequence = randomSequence({ seed: 10, steps: 30, scale: 1 });
    const whole = runSequence(subject.make(), parameters, sequence);
    for (const step of [0, 1, 17]) {
      const before = runSequence(subject.make(), parameters, sequence.slice(0, step));
      const state = JSON.parse(JSON.stringify(before.state)) as NamedNumbers;
      const after = runSequence(subject.make(), parameters, sequence.slice(step), { state, step });
      after.outcomes.forEach(({ gradients }, offset) => {
        const index = step + offset;
        assertIdentical(`resumed at ${step}, step ${index}`, whole.outcomes[index]?.gradients ?? {}, gradients);
      });
      assertIdentical(`resumed at ${step}, the state`, whole.state, after.state);
    }
  },
};

/** The state can be saved and restored even if some gradients are absent. */
export const absent: Law<'absent'> = {
  name: 'absent',
  title: 'keeps the names and shapes of its state if gradients are absent',
  check(subject) {
    const session = startSession(subject.make(), randomParameters(seededRandom(11)));
    try {
      const first = session.state();
      const all = randomGradients(seededRandom(11), 1);
      for (const dropped of [...Object.keys(all), undefined]) {
        const present = Object.fromEntries(Object.entries(all).filter(([name]) => name !== dropped));
        assertSameForm(present, session.step(present).gradients);
        assertSameStateForm(first, session.state());
      }
    } finally {
      session.dispose();
    }
  },
};

/** A variable can be unfrozen later. */
export const late: Law<'late'> = {
  name: 'late',
  title: 'adds variables that appear later and keeps its state',
  check(subject) {
    const parameters = randomParameters(seededRandom(12));
    const sequence = randomSequence({ seed: 12, steps: 6, scale: 1 });
    const without = <Entry>(of: Readonly<Record<string, Entry>>): Record<string, Entry> =>
      Object.fromEntries(Object.entries(of).filter(([name]) => !['temperature', 'dense/bias'].includes(name)));
    const early = runSequence(subject.make(), without(parameters), sequence.slice(0, 3).map(without));
    const fresh = runSequence(subject.make(), parameters, []);
    const state = { ...fresh.state, ...early.state };
    const joined = runSequence(subject.make(), parameters, sequence.slice(3), { state, step: 3 });
    joined.outcomes.forEach(({ gradients }, offset) => assertSameForm(sequence[3 + offset] ?? {}, gradients));
    assertSameStateForm(fresh.state, joined.state);
  },
};

function assertSameStateForm(expected: NamedNumbers, received: NamedNumbers): void {
  const form = (of: NamedNumbers): string =>
    Object.entries(of)
      .map(([name, { shape, dtype }]) => `${name} [${shape.join(', ')}] ${String(dtype)}`)
      .sort()
      .join('; ');
  assertThat(form(expected) === form(received), () => `its state was ${form(expected)} and became ${form(received)}`);
}
