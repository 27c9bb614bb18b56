import { clone, dispose, type Optimizer, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';
import { ClippingError } from '../core/errors.ts';

/** Weights as `Optimizer.getWeights` returns them. */
export type NamedWeights = Awaited<ReturnType<Optimizer['getWeights']>>;

// A wrapper around a wrapper uses the next level number, so their names never collide in a file.
const PREFIX = /^clip(\d+)\//;
const STATE = 'state/';

// Adam recomputes these powers from the step count on loading, with rounding errors; saved, it resumes bit-identical.
const ADAM_POWERS = ['accBeta1', 'accBeta2'] as const;

type WithPowers = Partial<Record<(typeof ADAM_POWERS)[number], unknown>>;

/**
 * Returns the weights of the inner optimizer, its iteration count first, followed by those of the wrapper.
 *
 * @param createCount - Creates the tensor that holds the number of weights, so that loading detects a lost one.
 */
export async function joinWeights(
  inner: Optimizer,
  state: NamedTensors,
  createCount: (tensors: number) => Tensor,
): Promise<NamedWeights> {
  const weights = await innerWeights(inner);
  const level = weights.reduce((depth, { name }) => Math.max(depth, levelOf(name) + 1), 0);
  const own: Record<string, Tensor> = {};
  for (const power of ADAM_POWERS) {
    const variable = (inner as WithPowers)[power];
    if (isVariable(variable)) own[power] = variable;
  }
  for (const [name, tensor] of Object.entries(state)) own[`${STATE}${name}`] = tensor;
  own['step'] = createCount(weights.length + Object.keys(own).length + 1);
  return [...weights, ...Object.entries(own).map(([name, tensor]) => ({ name: `clip${level}/${name}`, tensor }))];
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
        'For the weights of a plain optimizer call `optimizer.inner.setWeights`.',
    );
  }
  const prefix = `clip${level}/`;
  const own = new Map(
    weights
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, tensor }) => [name.slice(prefix.length), tensor]),
  );
  const state = Object.fromEntries(
    [...own].filter(([name]) => name.startsWith(STATE)).map(([name, tensor]) => [name.slice(STATE.length), tensor]),
  );
  const [count, tensors] = (await own.get('step')?.data()) ?? [];
  const powers = ADAM_POWERS.filter((power) => isVariable((inner as WithPowers)[power]));
  const missing = ['step', ...powers].find((name) => !own.has(name));
  if (missing !== undefined) throw damaged(`\`${prefix}${missing}\` is missing`);
  if (tensors !== weights.length) throw damaged(`${tensors ?? 1} tensors were saved; received ${weights.length}`);
  for (const [name, tensor] of mayContainNaN ? [] : Object.entries(state)) {
    if ((await tensor.data()).some(Number.isNaN)) throw damaged(`\`${name}\` contains NaN`);
  }
  // Copies, because Adam overwrites these powers on loading, and the weights may be those of this very optimizer.
  const exact = powers.map((power) => clone(own.get(power) as Tensor));
  await restoreInner(
    inner,
    weights.filter(({ name }) => !name.startsWith(prefix)),
  );
  powers.forEach((power, index) => ((inner as WithPowers)[power] as Variable).assign(exact[index] as Tensor));
  dispose(exact);
  return { state, count: count as number };
}

function damaged(how: string): ClippingError {
  return new ClippingError('bad-state', `The state of the saved optimizer is damaged: ${how}.`);
}

// tfjs's optimizers drop their old state without disposing it, so this does.
async function restoreInner(inner: Optimizer, weights: NamedWeights): Promise<void> {
  const old = await innerWeights(inner);
  await inner.setWeights(weights);
  const now = await innerWeights(inner);
  const inUse = new Set(now.map(({ tensor }) => tensor));
  // `getWeights` creates plain tensors, such as the iteration count. A wrapper inside disposes its own.
  const created = now.filter(({ tensor }) => !isVariable(tensor));
  const dropped = [...old.filter(({ tensor }) => !inUse.has(tensor)), ...created];
  dispose(dropped.filter(({ name, tensor }) => levelOf(name) < 0 && !tensor.isDisposed).map(({ tensor }) => tensor));
}

async function innerWeights(inner: Optimizer): Promise<NamedWeights> {
  try {
    return await inner.getWeights();
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
