import { dispose, keep, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { ClippingStrategy, NamedTensors } from '../core/contract.ts';
import { mapEntries, toNumbers, toTensors, type NamedNumbers } from './numbers.ts';

/** The result of one step, as plain numbers. */
export interface Outcome {
  readonly gradients: NamedNumbers;
  readonly skipped: boolean;
}

/** A strategy in use. It carries the state from step to step, as an optimizer does. */
export interface Session {
  /** Clips the gradients and advances the state. */
  step(gradients: NamedNumbers): Outcome;
  /** The state, as plain numbers. */
  state(): NamedNumbers;
  /** Disposes parameters and state. */
  dispose(): void;
}

/** Where a session resumes. */
export interface Start {
  readonly state: NamedNumbers;
  readonly step: number;
}

/** Starts using a strategy on these parameters. */
export function startSession(strategy: ClippingStrategy, parameters: NamedNumbers, from?: Start): Session {
  const tensors: NamedTensors = toTensors(parameters);
  let state: NamedTensors = tidy(() =>
    keepAll(from === undefined ? { ...strategy.init(tensors) } : toTensors(from.state)),
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
        const reused = new Set(Object.values(after));
        dispose(Object.values(state).filter((tensor) => !reused.has(tensor)));
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

/** Runs a strategy on a whole sequence. */
export function runSequence(
  strategy: ClippingStrategy,
  parameters: NamedNumbers,
  sequence: readonly NamedNumbers[],
  from?: Start,
): { outcomes: Outcome[]; state: NamedNumbers } {
  const session = startSession(strategy, parameters, from);
  try {
    const outcomes = sequence.map((gradients) => session.step(gradients));
    return { outcomes, state: session.state() };
  } finally {
    session.dispose();
  }
}

function keepAll(state: NamedTensors): NamedTensors {
  for (const tensor of Object.values(state)) keep(tensor);
  return state;
}
