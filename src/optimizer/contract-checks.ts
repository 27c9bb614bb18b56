import { Tensor, util } from '@tensorflow/tfjs-core';
import type { Clipped, ClippingStrategy, NamedTensors, StepContext } from '../core/contract.ts';
import { ClippingError, isClippingError, messageOf, formatValue } from '../core/errors.ts';

/**
 * The strategy's initial state.
 *
 * @throws ClippingError `strategy-fault` when the strategy throws, or returns anything but tensors by name.
 */
export function initWithChecks(strategy: ClippingStrategy, parameters: NamedTensors): NamedTensors {
  const { id } = strategy;
  const when = 'when it created its state';
  const state: unknown = callStrategy(id, when, () => strategy.init(parameters));
  assertTensors(id, when, 'state', state);
  return state;
}

/**
 * Clips one step. No variable has changed yet when this throws.
 *
 * @throws ClippingError `strategy-fault` when the strategy throws or breaks its contract.
 */
export function clipWithChecks(
  strategy: ClippingStrategy,
  gradients: NamedTensors,
  state: NamedTensors,
  context: StepContext,
  when = `at step ${context.step}`,
): Clipped {
  const { id } = strategy;
  const returned: unknown = callStrategy(id, when, () => strategy.clip(gradients, state, context));
  const { gradients: clipped, state: next, ...scalars } = (returned ?? {}) as Record<string, unknown>;
  assertRecord(id, when, 'gradients', clipped);
  assertGradients(id, when, gradients, clipped);
  assertTensors(id, when, 'state', next);
  const result: Record<string, unknown> = { gradients: clipped, state: next };
  for (const name of ['skip', 'threshold']) {
    const value = scalars[name];
    if (value === undefined) continue;
    if (!(value instanceof Tensor) || value.rank !== 0) {
      throw fault(id, when, `must return \`${name}\` as a scalar tensor; received ${formatTensor(value)}`);
    }
    result[name] = value;
  }
  return result as unknown as Clipped;
}

function callStrategy<Result>(id: string, when: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (isClippingError(error)) throw error;
    const reason = messageOf(error);
    const end = /[.!?]$/.test(reason) ? '' : '.';
    throw new ClippingError('strategy-fault', `\`${id}\` failed ${when}: ${reason}${end} No variable changed.`, {
      cause: error,
    });
  }
}

function assertRecord(id: string, when: string, what: string, value: unknown): asserts value is NamedTensors {
  if (typeof value === 'object' && value !== null && !(value instanceof Promise) && !(value instanceof Tensor)) return;
  throw fault(id, when, `must return ${what} as tensors by name; received ${formatTensor(value)}`);
}

function assertTensors(id: string, when: string, what: string, value: unknown): asserts value is NamedTensors {
  assertRecord(id, when, what, value);
  for (const name of Object.keys(value)) assertTensor(id, when, what, name, value[name]);
}

function assertTensor(id: string, when: string, what: string, name: string, value: unknown): asserts value is Tensor {
  if (!(value instanceof Tensor)) {
    throw fault(id, when, `must return tensors in its ${what}; received ${formatValue(value)} for \`${name}\``);
  }
  if (value.isDisposed) throw fault(id, when, `returned a disposed tensor for \`${name}\` in its ${what}`);
}

function assertGradients(id: string, when: string, received: NamedTensors, returned: NamedTensors): void {
  const names = Object.keys(received);
  if (Object.keys(returned).length > names.length) {
    const extra = Object.keys(returned).find((name) => !(name in received)) ?? '';
    throw fault(id, when, `returned a gradient for \`${extra}\`, which it did not receive`);
  }
  for (const name of names) {
    const [before, after] = [received[name] as Tensor, returned[name]];
    if (after === before && !after.isDisposed) continue;
    if (after === undefined) throw fault(id, when, `returned no gradient for \`${name}\``);
    assertTensor(id, when, 'gradients', name, after);
    if (after.dtype === before.dtype && util.arraysEqual(after.shape, before.shape)) continue;
    const [expected, actual] = [before, after].map(({ shape, dtype }) => `${dtype}[${shape.join(', ')}]`);
    throw fault(id, when, `returned a gradient of ${actual ?? ''} instead of ${expected ?? ''} for \`${name}\``);
  }
}

function fault(id: string, when: string, what: string): ClippingError {
  return new ClippingError('strategy-fault', `\`${id}\` ${what} (${when}). No variable changed.`);
}

function formatTensor(value: unknown): string {
  if (value instanceof Promise) return 'a promise';
  return value instanceof Tensor ? `a tensor of shape [${(value as Tensor).shape.join(', ')}]` : formatValue(value);
}
