import { backend as backendInUse, getBackend, memory as tensorMemory, Tensor, tidy } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../../core/contract.ts';
import { hasFreeReads } from '../../kernels/index.ts';
import { DEVICE, canRegisterDevice, onBackend } from '../backends.ts';
import { assertIdentical } from '../compare.ts';
import { randomGradients, randomParameters, randomSequence } from '../gradients.ts';
import { assertThat, type Law } from '../law.ts';
import { toNumbers, toTensors, type NamedNumbers } from '../numbers.ts';
import { seededRandom } from '../random.ts';
import { startSession, runSequence } from '../session.ts';

/** The caller keeps ownership of its tensors. */
export const purity: Law<'purity'> = {
  name: 'purity',
  title: 'neither disposes nor changes gradients, parameters or state',
  check(subject) {
    const strategy = subject.make();
    const random = seededRandom(13);
    const parameters = randomParameters(random);
    const warmUp = randomSequence({ seed: 13, steps: 4, scale: 1 });
    const state = runSequence(strategy, parameters, warmUp).state;
    const numbers: Record<string, NamedNumbers> = { gradients: randomGradients(random, 1), parameters, state };
    tidy(() => {
      const given = {
        gradients: toTensors(numbers['gradients'] ?? {}),
        parameters: toTensors(parameters),
        state: toTensors(state),
      };
      for (const record of Object.values(given)) Object.freeze(record);
      strategy.init(given.parameters);
      strategy.clip(given.gradients, given.state, { step: warmUp.length, parameters: given.parameters });
      for (const [what, tensors] of Object.entries(given) as [string, NamedTensors][]) {
        const disposed = Object.entries(tensors).find(([, tensor]) => tensor.isDisposed)?.[0];
        assertThat(disposed === undefined, () => `it disposed \`${String(disposed)}\` of the ${what}`);
        assertIdentical(`the ${what} afterwards`, numbers[what] ?? {}, toNumbers(tensors));
      }
    });
  },
};

/** Inside `tidy`, only the result of a step survives it. */
export const leaks: Law<'leaks'> = {
  name: 'leaks',
  title: 'leaks no tensors: forty steps leave as many as one',
  check(subject) {
    const start = tensorMemory().numTensors;
    const strategy = subject.make();
    assertThat(tensorMemory().numTensors === start, () => 'creating it creates tensors; a strategy must be a value');
    const session = startSession(strategy, randomParameters(seededRandom(14)));
    try {
      const [first = {}, ...rest] = randomSequence({ seed: 14, steps: 40, scale: 1 });
      session.step(first);
      const after = tensorMemory().numTensors;
      for (const gradients of rest) session.step(gradients);
      const leaked = tensorMemory().numTensors - after;
      assertThat(leaked === 0, () => `${rest.length} steps left ${leaked} tensors`);
    } finally {
      session.dispose();
    }
    const left = tensorMemory().numTensors - start;
    assertThat(left === 0, () => `${left} tensors were left after its state was disposed`);
  },
};

/** A read would stall a GPU in every step. */
export const reads: Law<'reads'> = {
  name: 'reads',
  title: 'reads nothing back from the device',
  exemption({ backend = DEVICE }) {
    if (hasFreeReads(backend)) return `reads are free on ${backend}`;
    if (backend !== DEVICE || canRegisterDevice()) return undefined;
    return 'needs @tensorflow/tfjs-backend-cpu to simulate a device';
  },
  check: ({ make, backend = DEVICE }) =>
    onBackend(hasFreeReads(backend) ? DEVICE : backend, () => {
      const strategy = make();
      tidy(() => {
        const parameters = toTensors(randomParameters(seededRandom(15)));
        const sequence = randomSequence({ seed: 15, steps: 6, scale: 1 }).map((gradients) => toTensors(gradients));
        const reads = countReads(() => {
          let state: NamedTensors = { ...strategy.init(parameters) };
          sequence.forEach((gradients, step) => {
            const present = Object.fromEntries(
              Object.keys(gradients).map((name) => [name, parameters[name] as Tensor]),
            );
            ({ state } = strategy.clip(gradients, state, { step, parameters: present }));
          });
        });
        assertThat(reads === 0, () => `it read ${reads} tensors in ${sequence.length} steps`);
      });
    }),
};

type Methods = Record<string, (this: unknown, ...given: unknown[]) => unknown>;

/**
 * How often `run` reads from the device. tfjs counts no reads. The kernels of a graphics card ask their backend for
 * what they read, as tensors do; those of the simulated device look into state without asking, so that there only
 * what a strategy or an op reads of a tensor is counted.
 */
function countReads(run: () => void): number {
  let count = 0;
  const simulated = getBackend() === DEVICE;
  const owner = (simulated ? Tensor.prototype : backendInUse()) as unknown as Methods;
  const originals = (simulated ? ['dataSync', 'data', 'bytes'] : ['readSync', 'read']).map((name) => {
    const original = Object.getOwnPropertyDescriptor(owner, name);
    const read = owner[name];
    owner[name] = function (...given) {
      count += 1;
      return read?.apply(this, given);
    };
    return [name, original] as const;
  });
  try {
    run();
  } finally {
    for (const [name, original] of originals) {
      if (original === undefined) Reflect.deleteProperty(owner, name);
      else Object.defineProperty(owner, name, original);
    }
  }
  return count;
}
