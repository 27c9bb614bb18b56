import { backend as backendInUse, getBackend, memory as tensorMemory, Tensor, tidy } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../../core/contract.ts';
import { DEVICE, canRegisterDevice, onBackend } from '../backends.ts';
import { assertIdentical } from '../compare.ts';
import { randomGradients, randomParameters, randomSequence } from '../gradients.ts';
import { assertThat, type Law } from '../law.ts';
import { toNumbers, toTensors, type NamedNumbers } from '../numbers.ts';
import { seededRandom } from '../random.ts';
import { startSession, runSequence } from '../session.ts';

/** What is handed in stays the caller's. */
export const purity: Law<'purity'> = {
  name: 'purity',
  title: 'neither disposes nor changes gradients, parameters or memory',
  check(subject) {
    const strategy = subject.make();
    const random = seededRandom(13);
    const parameters = randomParameters(random);
    const warm = randomSequence({ seed: 13, steps: 4, scale: 1 });
    const memory = runSequence(strategy, parameters, warm).memory;
    const numbers: Record<string, NamedNumbers> = { gradients: randomGradients(random, 1), parameters, memory };
    tidy(() => {
      const given = {
        gradients: toTensors(numbers['gradients'] ?? {}),
        parameters: toTensors(parameters),
        memory: toTensors(memory),
      };
      for (const record of Object.values(given)) Object.freeze(record);
      strategy.init(given.parameters);
      strategy.clip(given.gradients, given.memory, { step: warm.length, parameters: given.parameters });
      for (const [what, tensors] of Object.entries(given) as [string, NamedTensors][]) {
        const gone = Object.entries(tensors).find(([, tensor]) => tensor.isDisposed)?.[0];
        assertThat(gone === undefined, () => `it disposed \`${String(gone)}\` of the ${what}`);
        assertIdentical(`the ${what} afterwards`, numbers[what] ?? {}, toNumbers(tensors));
      }
    });
  },
};

/** Inside `tidy`, nothing outlives the step but what is handed back. */
export const leaks: Law<'leaks'> = {
  name: 'leaks',
  title: 'leaves no tensor behind: as many after forty steps as after one',
  check(subject) {
    const start = tensorMemory().numTensors;
    const strategy = subject.make();
    assertThat(tensorMemory().numTensors === start, () => 'making it makes tensors; a strategy is a value');
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
    assertThat(left === 0, () => `${left} tensors were left when its memory was freed`);
  },
};

const FREE_TO_READ = ['cpu', 'wasm'];

/** A read would stall a graphics card in every step. */
export const reads: Law<'reads'> = {
  name: 'reads',
  title: 'reads nothing back from the device',
  exemption({ backend = DEVICE }) {
    if (FREE_TO_READ.includes(backend)) return `reads are free on ${backend}`;
    if (backend !== DEVICE || canRegisterDevice()) return undefined;
    return 'needs @tensorflow/tfjs-backend-cpu, on which a device is simulated';
  },
  check: ({ make, backend = DEVICE }) =>
    onBackend(FREE_TO_READ.includes(backend) ? DEVICE : backend, () => {
      const strategy = make();
      tidy(() => {
        const parameters = toTensors(randomParameters(seededRandom(15)));
        const sequence = randomSequence({ seed: 15, steps: 6, scale: 1 }).map((gradients) => toTensors(gradients));
        const read = countReads(() => {
          let state: NamedTensors = { ...strategy.init(parameters) };
          sequence.forEach((gradients, step) => {
            const present = Object.fromEntries(
              Object.keys(gradients).map((name) => [name, parameters[name] as Tensor]),
            );
            ({ state } = strategy.clip(gradients, state, { step, parameters: present }));
          });
        });
        assertThat(read === 0, () => `it read ${read} tensors in ${sequence.length} steps`);
      });
    }),
};

type Methods = Record<string, (this: unknown, ...given: unknown[]) => unknown>;

/**
 * How often `run` reads from the device. tfjs counts no reads. The kernels of a graphics card ask their backend for
 * what they read, as tensors do; those of the simulated device look into memory without asking, so that there only
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
