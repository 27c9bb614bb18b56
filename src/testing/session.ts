import { dispose, keep, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { ClippingStrategy, NamedTensors } from '../core/contract.ts';
import { mapEntries, toNumbers, toTensors, type NamedNumbers } from './numbers.ts';

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
  state(): NamedNumbers;
  /** Frees parameters and memory. */
  dispose(): void;
}

/** Where a session begins when it does not begin anew. */
export interface Start {
  readonly memory: NamedNumbers;
  readonly step: number;
}

/** Begins to use a strategy on these parameters. */
export function startSession(strategy: ClippingStrategy, parameters: NamedNumbers, from?: Start): Session {
  const tensors: NamedTensors = toTensors(parameters);
  let state: NamedTensors = tidy(() =>
    keepAll(from === undefined ? { ...strategy.init(tensors) } : toTensors(from.memory)),
  );
  let step = from?.step ?? 0;

  return {
    step(given) {
      let outcome: Outcome = { gradients: {}, skipped: false };
      tidy(() => {
        const gradients = Object.freeze(toTensors(given));
        const present = mapEntries(given, (_, name) => tensors[name] as Tensor);
        const context = Object.freeze({ step, parameters: Object.freeze(present) });
        const clipped = strategy.clip(gradients, Object.freeze({ ...state }), context);
        const skipped = clipped.skip?.dataSync()[0] === 1;
        outcome = { gradients: toNumbers(clipped.gradients), skipped };
        const after = keepAll({ ...clipped.state });
        const alive = new Set(Object.values(after));
        dispose(Object.values(state).filter((one) => !alive.has(one)));
        state = after;
        step += 1;
      });
      return outcome;
    },
    state: () => toNumbers(state),
    dispose() {
      dispose(Object.values(state));
      dispose(Object.values(tensors));
    },
  };
}

/** Runs a strategy through a whole sequence. */
export function runSequence(
  strategy: ClippingStrategy,
  parameters: NamedNumbers,
  sequence: readonly NamedNumbers[],
  from?: Start,
): { outcomes: Outcome[]; memory: NamedNumbers } {
  const session = startSession(strategy, parameters, from);
  try {
    const outcomes = sequence.map((gradients) => session.step(gradients));
    return { outcomes, memory: session.state() };
  } finally {
    session.dispose();
  }
}

function keepAll(state: NamedTensors): NamedTensors {
  for (const one of Object.values(state)) keep(one);
  return state;
}
