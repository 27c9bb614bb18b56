import { dispose, keep, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { ClippingStrategy, NamedTensors } from '../core/contract.ts';
import { mapped, numbersOf, tensorsOf, type NamedNumbers } from './numbers.ts';

/** What a strategy made of one step, as plain numbers. */
export interface Outcome {
  readonly gradients: NamedNumbers;
  readonly skipped: boolean;
}

/** One strategy in use: keeps its memory from step to step, as an optimizer would. */
export interface Session {
  /** Clips these gradients; the memory moves on. */
  step(gradients: NamedNumbers): Outcome;
  /** The memory, as plain numbers. */
  memory(): NamedNumbers;
  /** Frees parameters and memory. */
  dispose(): void;
}

/** Where a session begins when it does not begin anew. */
export interface Start {
  readonly memory: NamedNumbers;
  readonly step: number;
}

/** Begins to use a strategy on these parameters. */
export function begin(strategy: ClippingStrategy, parameters: NamedNumbers, from?: Start): Session {
  const tensors: NamedTensors = tensorsOf(parameters);
  let state: NamedTensors = tidy(() =>
    kept(from === undefined ? { ...strategy.init(tensors) } : tensorsOf(from.memory)),
  );
  let step = from?.step ?? 0;

  return {
    step(given) {
      let outcome: Outcome = { gradients: {}, skipped: false };
      tidy(() => {
        const gradients = Object.freeze(tensorsOf(given));
        const present = mapped(given, (_, name) => tensors[name] as Tensor);
        const context = Object.freeze({ step, parameters: Object.freeze(present) });
        const clipped = strategy.clip(gradients, Object.freeze({ ...state }), context);
        const skipped = clipped.skip?.dataSync()[0] === 1;
        outcome = { gradients: numbersOf(clipped.gradients), skipped };
        const after = kept({ ...clipped.state });
        const alive = new Set(Object.values(after));
        dispose(Object.values(state).filter((one) => !alive.has(one)));
        state = after;
        step += 1;
      });
      return outcome;
    },
    memory: () => numbersOf(state),
    dispose() {
      dispose(Object.values(state));
      dispose(Object.values(tensors));
    },
  };
}

/** Runs a strategy through a whole sequence. */
export function played(
  strategy: ClippingStrategy,
  parameters: NamedNumbers,
  sequence: readonly NamedNumbers[],
  from?: Start,
): { outcomes: Outcome[]; memory: NamedNumbers } {
  const session = begin(strategy, parameters, from);
  try {
    const outcomes = sequence.map((gradients) => session.step(gradients));
    return { outcomes, memory: session.memory() };
  } finally {
    session.dispose();
  }
}

function kept(state: NamedTensors): NamedTensors {
  for (const one of Object.values(state)) keep(one);
  return state;
}
