import { scalar, sub, tidy, type Optimizer, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { anyOf, selectState } from '../combinators/child-states.ts';
import type { NamedTensors } from '../core/contract.ts';
import { finiteOf, globalNormOf } from '../core/tensors.ts';
import { kernels, withStepCache, type HostNorms } from '../kernels/index.ts';
import { measure, measureOnHost, type GradientMeasurement, type Measurement } from '../records/measure.ts';
import { clipWithChecks } from './contract-checks.ts';
import type { Gradients } from './gradients.ts';
import { toInnerForm } from './inner-optimizer.ts';
import { decideOnDevice, decideOnHost } from './non-finite.ts';
import { prepareStep, type PreparedStep, type StepParts } from './prepare-step.ts';
import { applyStep, countSkipped, outerStep } from './skipping.ts';

interface Step extends PreparedStep {
  /** The gradients as the caller gave them. */
  readonly received: Gradients;
  /** The optimizer that applies the clipped gradients. */
  readonly target: Optimizer;
}

/**
 * Takes one step: measures the gradients, decides by the non-finite policy, clips, applies, advances the state, records.
 *
 * The host decides where its reads are free. Elsewhere the device decides, and the host reads nothing in the step.
 */
export function takeStep(parts: StepParts, received: Gradients, target: Optimizer): void {
  const step = { ...prepareStep(parts, received), received, target };
  let measured: Measurement | undefined;
  withStepCache(() => {
    tidy(() => {
      const { host } = kernels();
      if (host === undefined) takeStepOnDevice(parts, step);
      else measured = takeStepOnHost(parts, step, host);
    });
  });
  // After the step, because a listener may take another one.
  if (measured !== undefined) parts.recorder.record(measured);
  parts.nonFiniteSteps.throwFailure();
}

function takeStepOnHost(parts: StepParts, step: Step, host: HostNorms): Measurement | undefined {
  const { strategy, state, recorder } = parts;
  const { gradients, context } = step;
  const before = measureOnHost(host, gradients);
  const decision = decideOnHost(parts, gradients, before.finite, context.step);
  const { isCounted } = outerStep();
  if (decision.skip === true) {
    countSkipped(step.target, step.received);
    state.advance(state.tensors, () => [], isCounted);
    return recorder.isActive ? measurementOf(step, before, 0, 1) : undefined;
  }
  const clipped = clipWithChecks(strategy, decision.gradients, state.tensors, context);
  const skipped = clipped.skip?.dataSync()[0] === 1 ? 1 : 0;
  const normAfter = recorder.isActive && skipped === 0 ? host.globalNorm(Object.values(clipped.gradients)) : 0;
  if (skipped === 0) apply(parts, step, clipped.gradients);
  else countSkipped(step.target, step.received);
  state.advance(decision.isFinite === false ? state.tensors : clipped.state, () => callersTensors(step), isCounted);
  if (!recorder.isActive) return undefined;
  const threshold = clipped.threshold?.dataSync()[0];
  return { ...measurementOf(step, before, normAfter, skipped), threshold };
}

function takeStepOnDevice(parts: StepParts, step: Step): void {
  const { strategy, state, recorder } = parts;
  const { gradients, context } = step;
  const before = recorder.isActive ? measure(gradients) : undefined;
  const outer = outerStep();
  const finite = before?.finite ?? finiteOf(gradients);
  const decision = decideOnDevice(parts, gradients, finite, context.step, outer.skip);
  const clipped = clipWithChecks(strategy, decision.gradients, state.tensors, context);
  const skip = anyOf([clipped.skip, decision.skip]);
  const normAfter = before && globalNormOf(clipped.gradients);
  apply(parts, step, clipped.gradients, skip);
  let next = clipped.state;
  if (decision.isFinite) next = selectState(decision.isFinite, next, state.tensors);
  if (outer.skip) next = selectState(sub(1, outer.skip), next, state.tensors);
  state.advance(next, () => callersTensors(step), outer.isCounted);
  if (before && normAfter) {
    const { threshold } = clipped;
    recorder.recordLater({ ...measurementOf(step, before, normAfter, skip ?? scalar(0)), threshold }, outer.skip);
  }
}

function apply({ order }: StepParts, { received, target }: Step, clipped: NamedTensors, skip?: Scalar): void {
  order.commit();
  applyStep(target, toInnerForm(target, order.names, received, clipped), skip);
}

function callersTensors({ gradients, variables }: Step): Tensor[] {
  return [...Object.values(gradients), ...Object.values(variables)];
}

function measurementOf<Vector, Value>(
  { gradients, context }: Step,
  before: GradientMeasurement<Vector, Value>,
  normAfter: Value,
  skipped: Value,
): Measurement<Vector, Value> {
  return { ...before, step: context.step, variables: Object.keys(gradients), normAfter, skipped };
}
