import '@tensorflow/tfjs';
import { scalar, tensor, tidy, type TensorLike } from '@tensorflow/tfjs-core';
import type { ClippingStrategy, NamedTensors } from 'gradclip';
import { expect } from 'vitest';

type Lists = Readonly<Record<string, TensorLike>>;

/** The result of one step, as nested lists. */
export interface ClippedStep {
  readonly gradients: Readonly<Record<string, unknown>>;
  readonly skipped: boolean;
  readonly state: Readonly<Record<string, unknown>>;
}

/** Clips the gradients of several steps one after another, for tables that a reader can check by hand. */
export function clipSteps(
  strategy: ClippingStrategy,
  steps: readonly Lists[],
  parameters: Lists = steps[0] ?? {},
): ClippedStep[] {
  const results: ClippedStep[] = [];
  tidy(() => {
    const variables = tensorsOf(parameters);
    let state: NamedTensors = strategy.init(variables);
    for (const [step, gradients] of steps.entries()) {
      const present = Object.fromEntries(Object.keys(gradients).map((name) => [name, variables[name] ?? scalar(0)]));
      const clipped = strategy.clip(tensorsOf(gradients), state, { step, parameters: present });
      state = clipped.state;
      results.push({
        gradients: listsOf(clipped.gradients),
        skipped: clipped.skip?.dataSync()[0] === 1,
        state: listsOf(state),
      });
    }
  });
  return results;
}

/** Clips the gradients of one variable `w`, one per step, and returns the clipped ones. */
export function clipVariable(
  strategy: ClippingStrategy,
  gradients: readonly TensorLike[],
  parameter?: TensorLike,
): unknown[] {
  const steps = gradients.map((w) => ({ w }));
  return clipSteps(strategy, steps, parameter === undefined ? undefined : { w: parameter }).map(
    (step) => step.gradients['w'],
  );
}

function tensorsOf(lists: Lists): NamedTensors {
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, tensor(list)]));
}

function listsOf(tensors: NamedTensors): Record<string, unknown> {
  return Object.fromEntries(Object.entries(tensors).map(([name, one]) => [name, one.arraySync()]));
}

/** Matches nested lists whose numbers are equal to five decimals. */
export function closeTo(list: unknown): unknown {
  return Array.isArray(list) ? list.map(closeTo) : (expect.closeTo(list as number, 5) as unknown);
}
