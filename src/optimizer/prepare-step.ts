import { tidy, type Optimizer, type Tensor } from '@tensorflow/tfjs-core';
import type { ClippingStrategy, NamedTensors, StepContext } from '../core/contract.ts';
import type { Recorder } from '../records/recorder.ts';
import { readGradients, variableId, variablesLike, type Gradients } from './gradients.ts';
import { assertSlotShapes, removeSlots } from './inner-optimizer.ts';
import type { NonFiniteCounter } from './non-finite.ts';
import type { NonFinitePolicy } from './options.ts';
import type { StrategyState } from './strategy-state.ts';
import type { VariableOrder } from './variable-order.ts';

/** What a clipped optimizer keeps between steps. */
export interface StepParts {
  readonly inner: Optimizer;
  strategy: ClippingStrategy;
  readonly policy: NonFinitePolicy | undefined;
  readonly order: VariableOrder;
  readonly state: StrategyState;
  readonly nonFiniteSteps: NonFiniteCounter;
  readonly recorder: Recorder;
}

/** The input of one step, with its variables and the state of the strategy prepared. */
export interface PreparedStep {
  /** The gradients to clip, in the order of the variables. */
  readonly gradients: NamedTensors;
  readonly context: StepContext;
  /** Every variable that the caller named, with or without a gradient. */
  readonly variables: NamedTensors;
}

/** Reads the gradients of a step, forgets variables that are gone, and prepares the state of new ones. */
export function prepareStep(parts: StepParts, received: Gradients): PreparedStep {
  const { inner, strategy, order, state } = parts;
  const { variables: named, gradients: present, parameters: variables } = readGradients(received);
  const gone = order.removeGone(variableId);
  removeSlots(inner, gone.indices);
  if (gone.names.length > 0) state.removeGone(strategy, variablesLike(order.names));
  const { added, renamed } = order.addVariables(named);
  if (added > 0 || !state.isPrepared) {
    state.rename(renamed);
    // Weights may be loaded without the settings that hold the order.
    const saved = order.committed.length > 0 ? order.committed : order.names;
    tidy(() => {
      const all = variablesLike(order.names);
      if (state.isUnchecked)
        assertSlotShapes(
          inner,
          order.names.map((name) => all[name]),
        );
      const isComplete = Object.keys(all).length === order.names.length;
      state.prepare(strategy, all, isComplete, variablesLike(saved));
    });
  }
  const gradients: Record<string, Tensor> = {};
  const parameters: Record<string, Tensor> = {};
  for (const name of order.names) {
    const gradient = present.get(name);
    if (gradient === undefined) continue;
    gradients[name] = gradient;
    parameters[name] = variables[name] as Tensor;
  }
  return { gradients, context: { step: state.step, parameters }, variables };
}

/** Counts a step that a wrapper outside skips: prepares the state, and changes nothing else. */
export function countStep(parts: StepParts, received: Gradients): void {
  prepareStep(parts, received);
  parts.state.advance(parts.state.tensors, () => []);
}
