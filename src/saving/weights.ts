import { clone, dispose, keep, tensor1d, type Optimizer, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';
import { childEntries, withPrefix } from '../core/entries.ts';
import { ClippingError } from '../core/errors.ts';

/** Weights as `Optimizer.getWeights` returns them. */
export type NamedWeights = Awaited<ReturnType<Optimizer['getWeights']>>;

// A wrapper around a wrapper uses the next level number, so their names never collide in a file.
const PREFIX = /^clip(\d+)\//;

// Adam recomputes these powers from the step count on loading, with rounding errors; saved, it resumes bit-identical.
const ADAM_POWERS = ['accBeta1', 'accBeta2'] as const;

type WithPowers = Partial<Record<(typeof ADAM_POWERS)[number], unknown>>;

/**
 * Returns the weights of the inner optimizer, its iteration count first, followed by those of the wrapper.
 *
 * The caller disposes the tensors in `created`; the rest are in use.
 *
 * @param getState - Called last, because a step in the meantime would dispose what it returned.
 */
export async function joinWeights(
  inner: Optimizer,
  getState: () => { readonly tensors: NamedTensors; readonly count: number },
): Promise<{ weights: NamedWeights; created: Tensor[] }> {
  const { weights, created } = await innerWeights(inner);
  const { tensors, count } = getState();
  const level = weights.reduce((depth, { name }) => Math.max(depth, levelOf(name) + 1), 0);
  const own: Record<string, Tensor> = {};
  for (const power of ADAM_POWERS) {
    const variable = (inner as WithPowers)[power];
    if (isVariable(variable)) own[power] = variable;
  }
  Object.assign(own, withPrefix('state', tensors));
  // With the number of weights, so that loading detects a lost one.
  const step = keep(tensor1d([count, weights.length + Object.keys(own).length + 1], 'int32'));
  own['step'] = step;
  const named = Object.entries(withPrefix(`clip${level}`, own)).map(([name, tensor]) => ({ name, tensor }));
  return { weights: [...weights, ...named], created: [...created, step] };
}

/**
 * Restores the weights of the inner optimizer and returns those of the wrapper; the tensors stay the caller's.
 *
 * @throws ClippingError `bad-state` when weights are missing, damaged or not those of a wrapper.
 */
export async function splitWeights(
  inner: Optimizer,
  weights: NamedWeights,
  mayContainNaN: boolean,
): Promise<{ state: NamedTensors; count: number }> {
  const level = weights.reduce((depth, { name }) => Math.max(depth, levelOf(name)), -1);
  if (level < 0) {
    throw new ClippingError(
      'bad-state',
      '`setWeights(weights)` takes the weights of a saved ClippedOptimizer; received none of its entries. ' +
        'Pass the weights of a plain optimizer to `optimizer.inner.setWeights`.',
    );
  }
  const prefix = `clip${level}`;
  const own = childEntries(prefix, Object.fromEntries(weights.map(({ name, tensor }) => [name, tensor])));
  const state = childEntries('state', own);
  const [count, tensors] = (await own['step']?.data()) ?? [];
  const powers = ADAM_POWERS.filter((power) => isVariable((inner as WithPowers)[power]));
  const missing = ['step', ...powers].find((name) => own[name] === undefined);
  if (missing !== undefined) throw damaged(`\`${prefix}/${missing}\` is missing`);
  if (tensors !== weights.length) throw damaged(`${tensors ?? 1} tensors were saved; received ${weights.length}`);
  for (const [name, tensor] of mayContainNaN ? [] : Object.entries(state)) {
    if ((await tensor.data()).some(Number.isNaN)) throw damaged(`\`${name}\` has NaN`);
  }
  // Copies, because Adam overwrites these powers on loading, and the weights may be those of this very optimizer.
  const exact = powers.map((power) => clone(own[power] as Tensor));
  await restoreInner(
    inner,
    weights.filter(({ name }) => !name.startsWith(`${prefix}/`)),
  );
  powers.forEach((power, index) => ((inner as WithPowers)[power] as Variable).assign(exact[index] as Tensor));
  dispose(exact);
  return { state, count: count as number };
}

function damaged(how: string): ClippingError {
  return new ClippingError('bad-state', `The saved state is damaged: ${how}.`);
}

// tfjs's optimizers drop their old state without disposing it, so this does.
async function restoreInner(inner: Optimizer, weights: NamedWeights): Promise<void> {
  const old = await innerWeights(inner);
  await inner.setWeights(weights);
  const now = await innerWeights(inner);
  const inUse = new Set(now.weights.map(({ tensor }) => tensor));
  const dropped = old.weights.map(({ tensor }) => tensor).filter((tensor) => !inUse.has(tensor));
  dispose([...dropped, ...now.created].filter((tensor) => !tensor.isDisposed));
}

/** The weights of an optimizer, and those of their tensors that nobody uses: tfjs creates the count of iterations anew. */
async function innerWeights(inner: Optimizer): Promise<{ weights: NamedWeights; created: Tensor[] }> {
  try {
    // What is in use is the same tensor both times.
    const [weights, again] = await Promise.all([inner.getWeights(), inner.getWeights()]);
    const [first, second] = [weights, again].map((list) => new Set(list.map(({ tensor }) => tensor)));
    const created = [...(first as Set<Tensor>)].filter((tensor) => !second?.has(tensor));
    dispose([...(second as Set<Tensor>)].filter((tensor) => !first?.has(tensor)));
    return { weights, created };
  } catch (error) {
    throw new ClippingError(
      'not-serializable',
      `tfjs cannot save the state of ${inner.getClassName()}. Save the model without \`includeOptimizer\`, ` +
        'or train with adam, rmsprop, momentum, adagrad, adadelta or sgd.',
      { cause: error },
    );
  }
}

function isVariable(value: unknown): value is Variable {
  return typeof (value as Partial<Variable> | null | undefined)?.assign === 'function';
}

function levelOf(name: string): number {
  const match = PREFIX.exec(name);
  return match === null ? -1 : Number(match[1]);
}
