import '@tensorflow/tfjs';
import { scalar, tensor, tidy, type TensorLike } from '@tensorflow/tfjs-core';
import type { ClippingStrategy, NamedTensors } from 'gradclip';
import { expect } from 'vitest';

type Given = Readonly<Record<string, TensorLike>>;

/** What a strategy made of one step, as nested lists. */
export interface Step {
  readonly gradients: Readonly<Record<string, unknown>>;
  readonly skipped: boolean;
  readonly state: Readonly<Record<string, unknown>>;
}

/** Shows a strategy the gradients of one step after another, for tables that a reader can check in the head. */
export function inTurn(
  strategy: ClippingStrategy,
  steps: readonly Given[],
  parameters: Given = steps[0] ?? {},
): Step[] {
  const made: Step[] = [];
  tidy(() => {
    const variables = tensorsOf(parameters);
    let state: NamedTensors = strategy.init(variables);
    for (const [step, given] of steps.entries()) {
      const present = Object.fromEntries(Object.keys(given).map((name) => [name, variables[name] ?? scalar(0)]));
      const clipped = strategy.clip(tensorsOf(given), state, { step, parameters: present });
      state = clipped.state;
      made.push({
        gradients: listsOf(clipped.gradients),
        skipped: clipped.skip?.dataSync()[0] === 1,
        state: listsOf(state),
      });
    }
  });
  return made;
}

/** The same for one variable `w`: what became of each of its gradients. */
export function clippedInTurn(
  strategy: ClippingStrategy,
  gradients: readonly TensorLike[],
  parameter?: TensorLike,
): unknown[] {
  const steps = gradients.map((w) => ({ w }));
  return inTurn(strategy, steps, parameter === undefined ? undefined : { w: parameter }).map(
    (step) => step.gradients['w'],
  );
}

function tensorsOf(lists: Given): NamedTensors {
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, tensor(list)]));
}

function listsOf(tensors: NamedTensors): Record<string, unknown> {
  return Object.fromEntries(Object.entries(tensors).map(([name, one]) => [name, one.arraySync()]));
}

/** Lists whose numbers need only be right to five decimals. */
export function nearly(list: unknown): unknown {
  return Array.isArray(list) ? list.map(nearly) : (expect.closeTo(list as number, 5) as unknown);
}
