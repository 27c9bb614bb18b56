import type { Law } from '../law.ts';
import { assertThat } from '../law.ts';
import { assertIdentical, assertSameForm } from '../compare.ts';
import { randomGradients, randomParameters, randomSequence } from '../gradients.ts';
import { type NamedNumbers } from '../numbers.ts';
import { seededRandom } from '../random.ts';
import { startSession, runSequence } from '../session.ts';

/** The same memory and the same gradients give the same answer. */
export const repeat: Law<'repeat'> = {
  name: 'repeat',
  title: 'gives the same answers to the same gradients, bit for bit',
  check(subject) {
    const parameters = randomParameters(seededRandom(9));
    const sequence = randomSequence({ seed: 9, steps: 15, scale: 1 });
    // The same strategy again, too: it must hold no memory of its own.
    const strategy = subject.make();
    const first = runSequence(strategy, parameters, sequence);
    for (const other of [strategy, subject.make()]) {
      const second = runSequence(other, parameters, sequence);
      first.outcomes.forEach(({ gradients }, step) => {
        assertIdentical(`step ${step} the second time`, gradients, second.outcomes[step]?.gradients ?? {});
      });
      assertIdentical('the memory the second time', first.memory, second.memory);
    }
  },
};

/** A run that was saved as JSON and taken up again is the run that was not. */
export const resume: Law<'resume'> = {
  name: 'resume',
  title: 'resumes from its memory in JSON as if it had not been interrupted, bit for bit',
  check(subject) {
    const parameters = randomParameters(seededRandom(10));
    const sequence = randomSequence({ seed: 10, steps: 30, scale: 1 });
    const whole = runSequence(subject.make(), parameters, sequence);
    for (const step of [0, 1, 17]) {
      const before = runSequence(subject.make(), parameters, sequence.slice(0, step));
      const memory = JSON.parse(JSON.stringify(before.memory)) as NamedNumbers;
      const after = runSequence(subject.make(), parameters, sequence.slice(step), { memory, step });
      after.outcomes.forEach(({ gradients }, offset) => {
        const at = step + offset;
        assertIdentical(`resumed at ${step}, step ${at}`, whole.outcomes[at]?.gradients ?? {}, gradients);
      });
      assertIdentical(`resumed at ${step}, the memory`, whole.memory, after.memory);
    }
  },
};

/** Variables come and go; the memory stays one that can be saved and restored. */
export const absent: Law<'absent'> = {
  name: 'absent',
  title: 'keeps the names and shapes of its memory, whichever gradients are absent',
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

/** A variable that is unfrozen later joins in. */
export const late: Law<'late'> = {
  name: 'late',
  title: 'takes up variables that appear later, beside the memory it has',
  check(subject) {
    const parameters = randomParameters(seededRandom(12));
    const sequence = randomSequence({ seed: 12, steps: 6, scale: 1 });
    const without = <Entry>(of: Readonly<Record<string, Entry>>): Record<string, Entry> =>
      Object.fromEntries(Object.entries(of).filter(([name]) => !['temperature', 'dense/bias'].includes(name)));
    const early = runSequence(subject.make(), without(parameters), sequence.slice(0, 3).map(without));
    const fresh = runSequence(subject.make(), parameters, []);
    const memory = { ...fresh.memory, ...early.memory };
    const joined = runSequence(subject.make(), parameters, sequence.slice(3), { memory, step: 3 });
    joined.outcomes.forEach(({ gradients }, offset) => assertSameForm(sequence[3 + offset] ?? {}, gradients));
    assertSameStateForm(fresh.memory, joined.memory);
  },
};

function assertSameStateForm(expected: NamedNumbers, received: NamedNumbers): void {
  const form = (of: NamedNumbers): string =>
    Object.entries(of)
      .map(([name, { shape, dtype }]) => `${name} [${shape.join(', ')}] ${String(dtype)}`)
      .sort()
      .join('; ');
  assertThat(form(expected) === form(received), () => `its memory was ${form(expected)} and became ${form(received)}`);
}
