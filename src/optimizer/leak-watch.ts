import { memory, scalar, Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Clipped } from '../core/contract.ts';
import { stepTensors } from '../kernels/index.ts';

/** Runs a strategy's step, and looks at what it leaves behind. */
export type LeakWatch = (clip: () => Clipped) => Clipped;

// What leaks at all leaks from the beginning, and looking takes time.
const WATCHED_STEPS = 10;
// Once or twice may be something that is made when it is first needed.
const TOO_OFTEN = 3;

/**
 * Warns, once, when a strategy keeps tensors that it does not return, step after step: within `tidy` only those on
 * which it calls `keep` outlive the step, and nobody will ever free them.
 */
export function leakWatch(id: string): LeakWatch {
  let left = WATCHED_STEPS;
  let leaks = 0;
  return (clip) => {
    if (left === 0) return clip();
    left -= 1;
    const [before, latest] = [tensorsNow(), tidy(() => scalar(0).id)];
    const clipped = tidy(() => clip() as Clipped & Record<string, never>) as Clipped;
    const leaked = tensorsNow() - before - madeSince(latest, clipped);
    if (leaked > 0 && (leaks += 1) === TOO_OFTEN) {
      console.warn(
        `gradclip: tensors that \`${id}\` leaves behind in every step: ${leaked}. A strategy returns what it keeps, as ` +
          'its `state`, and `warnings: false` silences this.',
      );
    }
    return clipped;
  };
}

// But for what the kernels keep to the end of the step.
const tensorsNow = (): number => memory().numTensors - stepTensors();

/** The tensors of an answer that are younger than this; what the answer should be is looked at afterwards. */
function madeSince(latest: number, answer: Partial<Clipped> | undefined): number {
  const { gradients, state, skip } = answer ?? {};
  const all: unknown[] = [...Object.values(gradients ?? {}), ...Object.values(state ?? {}), skip];
  return new Set(all.filter((one) => one instanceof Tensor && one.id > latest)).size;
}
