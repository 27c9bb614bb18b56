import { dispose, type Optimizer, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';
import { ClippingError } from '../core/errors.ts';

/** Weights as optimizers hand them out. */
export type NamedWeights = Awaited<ReturnType<Optimizer['getWeights']>>;

// A wrapper around a wrapper puts one more level before its own names, so the two never meet in a file.
const PREFIX = /^clip(\d+)\//;
const STATE = 'state/';

// Adam recomputes these from the step count when it is loaded, a little off; with them it resumes exactly.
const ADAM_POWERS = ['accBeta1', 'accBeta2'] as const;

type WithPowers = Partial<Record<(typeof ADAM_POWERS)[number], unknown>>;

/**
 * The weights of the inner optimizer, its count of iterations first, then the wrapper's own.
 *
 * `counted` makes the tensor that says how many there are, so that one that is lost is missed.
 */
export async function joinWeights(
  inner: Optimizer,
  state: NamedTensors,
  counted: (tensors: number) => Tensor,
): Promise<NamedWeights> {
  const weights = await innerWeights(inner);
  const level = weights.reduce((depth, { name }) => Math.max(depth, levelOf(name) + 1), 0);
  const own: Record<string, Tensor> = {};
  for (const power of ADAM_POWERS) {
    const variable = (inner as WithPowers)[power];
    if (isVariable(variable)) own[power] = variable;
  }
  for (const [name, tensor] of Object.entries(state)) own[`${STATE}${name}`] = tensor;
  own['step'] = counted(weights.length + Object.keys(own).length + 1);
  return [...weights, ...Object.entries(own).map(([name, tensor]) => ({ name: `clip${level}/${name}`, tensor }))];
}

/** Gives the inner optimizer its weights, and answers the wrapper's own; copies what is kept. */
export async function splitWeights(
  inner: Optimizer,
  weights: NamedWeights,
  mayHoldNaN: boolean,
): Promise<{ state: NamedTensors; count: number }> {
  const level = weights.reduce((depth, { name }) => Math.max(depth, levelOf(name)), -1);
  if (level < 0) {
    throw new ClippingError(
      'bad-state',
      '`setWeights` takes the weights of a saved ClippedOptimizer; these hold none of its entries. ' +
        'Give weights of a plain optimizer to `optimizer.inner.setWeights`.',
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
  const lost = ['step', ...powers].find((name) => !own.has(name));
  if (lost !== undefined) throw damaged(`\`${prefix}${lost}\` is missing`);
  if (tensors !== weights.length) throw damaged(`it holds ${weights.length} tensors, and ${tensors ?? 1} were saved`);
  for (const [name, tensor] of mayHoldNaN ? [] : Object.entries(state)) {
    if ((await tensor.data()).some(Number.isNaN)) throw damaged(`\`${name}\` holds NaN`);
  }
  await replaceInner(
    inner,
    weights.filter(({ name }) => !name.startsWith(prefix)),
  );
  for (const power of powers) ((inner as WithPowers)[power] as Variable).assign(own.get(power) as Tensor);
  return { state, count: count as number };
}

function damaged(how: string): ClippingError {
  return new ClippingError('bad-state', `The memory of the saved optimizer is damaged: ${how}.`);
}

// Stock optimizers drop their old memory without freeing it.
async function replaceInner(inner: Optimizer, weights: NamedWeights): Promise<void> {
  const old = await innerWeights(inner);
  await inner.setWeights(weights);
  const now = await innerWeights(inner);
  const inUse = new Set(now.map(({ tensor }) => tensor));
  // What is no variable was made for the asking, as the count of iterations is. A wrapper inside frees its own.
  const asked = now.filter(({ tensor }) => !isVariable(tensor));
  const dropped = [...old.filter(({ tensor }) => !inUse.has(tensor)), ...asked];
  dispose(dropped.filter(({ name, tensor }) => levelOf(name) < 0 && !tensor.isDisposed).map(({ tensor }) => tensor));
}

async function innerWeights(inner: Optimizer): Promise<NamedWeights> {
  try {
    return await inner.getWeights();
  } catch (error) {
    throw new ClippingError(
      'not-serializable',
      `tfjs cannot save the memory of ${inner.getClassName()}. Save the model without \`includeOptimizer\`, ` +
        'or train with one that it can save: adam, rmsprop, momentum, adagrad, adadelta or sgd.',
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
