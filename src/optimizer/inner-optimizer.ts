import {
  AdadeltaOptimizer,
  AdagradOptimizer,
  AdamaxOptimizer,
  AdamOptimizer,
  MomentumOptimizer,
  Optimizer,
  RMSPropOptimizer,
  SGDOptimizer,
  util,
  type Scalar,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';
import { mapValues } from '../core/entries.ts';
import { ClippingError } from '../core/errors.ts';
import type { GradientList, Gradients } from './gradients.ts';

/** Marks the wrappers of this library, which look after the optimizers inside them. */
export const WRAPPER = Symbol.for('gradclip:wrapper');

type Apply = Optimizer['applyGradients'];

const TFJS_OPTIMIZERS: readonly { readonly prototype: Optimizer }[] = [
  AdadeltaOptimizer,
  AdagradOptimizer,
  AdamaxOptimizer,
  AdamOptimizer,
  MomentumOptimizer,
  RMSPropOptimizer,
  SGDOptimizer,
];

// While `minimizeThrough` runs, the methods that it has replaced.
const originals = new WeakMap<Apply, Apply>();

/** Whether an optimizer applies gradients by tfjs's own code, which stores the state of variables by their index. */
export function storesStateByIndex(optimizer: Optimizer): boolean {
  const apply = originals.get(optimizer.applyGradients) ?? optimizer.applyGradients;
  return TFJS_OPTIMIZERS.some(({ prototype }) => apply === prototype.applyGradients);
}

/**
 * The clipped gradients in the form that the inner optimizer needs.
 *
 * tfjs's own optimizers get all variables in the order first seen, with gaps (decision 0004). Every other optimizer gets
 * exactly what the caller gave, so it may iterate over a map or decay the weights of the variables that are named.
 */
export function toInnerForm(
  inner: Optimizer,
  order: readonly string[],
  received: Gradients,
  clipped: NamedTensors,
): Gradients {
  if (storesStateByIndex(inner)) {
    return order.map((name) => ({ name, tensor: clipped[name] ?? null })) as GradientList;
  }
  return inFormOf(received, clipped);
}

/** The clipped gradients as a map or list like the one that the caller gave; absent gradients stay absent. */
export function inFormOf(received: Gradients, clipped: NamedTensors): Gradients {
  return Array.isArray(received)
    ? received.map(({ name, tensor }) => ({ name, tensor: clipped[name] ?? tensor }))
    : mapValues(received, (tensor, name) => clipped[name] ?? tensor);
}

/** What tfjs's own optimizers keep of one variable, such as its momentum. */
interface Slot {
  readonly originalName: string;
  readonly variable: Variable;
}

// tfjs declares these lists private. The index in each of them is that of the variable.
function slotListsIn(inner: Optimizer): (Slot | undefined)[][] {
  const lists = optimizersIn(inner)
    .filter(storesStateByIndex)
    .flatMap((one) => Object.values(one).filter((value) => Array.isArray(value)));
  return lists.filter((list: (Partial<Slot> | undefined)[]) => list.some((slot) => slot?.variable)) as Slot[][];
}

/** Frees what tfjs's own optimizers inside `inner` keep of the variables at these indices, highest first. */
export function removeSlots(inner: Optimizer, indices: readonly number[]): void {
  if (indices.length === 0) return;
  for (const list of slotListsIn(inner)) {
    for (const index of indices) {
      const slot = list.splice(index, 1)[0]?.variable;
      // Disposing it twice would make tfjs forget a newer variable of the same name.
      if (slot?.isDisposed === false) slot.dispose();
    }
  }
}

/**
 * Checks what tfjs's own optimizers inside `inner` have loaded of these variables, by index.
 *
 * @throws ClippingError `bad-state` for another shape than that of the variable.
 */
export function assertSlotShapes(inner: Optimizer, variables: readonly (Tensor | undefined)[]): void {
  for (const list of slotListsIn(inner)) {
    for (const [index, slot] of list.entries()) {
      const variable = variables[index];
      if (slot === undefined || variable === undefined) continue;
      if (util.arraysEqual(slot.variable.shape, variable.shape)) continue;
      const [saved, shape] = [slot.variable, variable].map((one) => `[${one.shape.join(', ')}]`);
      throw new ClippingError(
        'bad-state',
        `The saved optimizer has \`${slot.originalName}\` of shape ${saved}, but the variable has shape ${shape}. ` +
          'Load it with the model it was saved with.',
      );
    }
  }
}

/** The optimizer with its own `minimize`: `optimizer`, or one inside its wrappers; undefined if there is none. */
export function ownMinimizeIn(optimizer: Optimizer, wrapperMinimize: Optimizer['minimize']): Optimizer | undefined {
  if (optimizer.minimize === Optimizer.prototype.minimize) return undefined;
  if (optimizer.minimize !== wrapperMinimize) return optimizer;
  return ownMinimizeIn((optimizer as unknown as { readonly inner: Optimizer }).inner, wrapperMinimize);
}

/**
 * Calls the `minimize` of an inner optimizer and takes a step wherever it applies gradients.
 *
 * Some optimizers delegate, as Lookahead does; so this also watches every optimizer that the inner one holds.
 *
 * @throws ClippingError `not-an-optimizer` when `minimize` applies gradients in a way that cannot be seen.
 */
export function minimizeThrough(
  inner: Optimizer,
  takeStep: (gradients: Gradients, target: Optimizer) => void,
  f: () => Scalar,
  returnCost: boolean,
  varList: Variable[] | undefined,
): Scalar | null {
  let isInStep = false;
  let steps = 0;
  const restore = optimizersIn(inner).map((target) => {
    const own = Object.getOwnPropertyDescriptor(target, 'applyGradients');
    const original = target.applyGradients;
    const watched: Apply = (gradients) => {
      if (isInStep) {
        original.call(target, gradients);
        return;
      }
      isInStep = true;
      steps += 1;
      try {
        takeStep(gradients, target);
      } finally {
        isInStep = false;
      }
    };
    originals.set(watched, original);
    target.applyGradients = watched;
    return () => {
      if (own === undefined) Reflect.deleteProperty(target, 'applyGradients');
      else Object.defineProperty(target, 'applyGradients', own);
    };
  });
  let loss: Scalar | null;
  try {
    loss = inner.minimize(f, returnCost, varList);
  } finally {
    for (const one of restore) one();
  }
  if (steps > 0) return loss;
  throw cannotClip(inner, 'calls no `applyGradients`');
}

/**
 * Checks a `minimize` that is not tfjs's, as far as that is possible before it runs.
 *
 * @throws ClippingError `not-an-optimizer` when it is asynchronous, since it then applies gradients after it returned.
 */
export function assertCanClip(own: Optimizer | undefined): void {
  if (Object.prototype.toString.call(own?.minimize) === '[object AsyncFunction]') {
    throw cannotClip(own as Optimizer, 'is asynchronous');
  }
}

function cannotClip(inner: Optimizer, why: string): ClippingError {
  return new ClippingError(
    'not-an-optimizer',
    `The \`minimize\` of ${inner.getClassName()} ${why}, so its gradients cannot be clipped. Wrap its inner optimizer.`,
  );
}

function optimizersIn(optimizer: Optimizer, found = new Set<Optimizer>()): Optimizer[] {
  if (!found.has(optimizer)) {
    found.add(optimizer);
    // What is inside a wrapper of this library is its own business.
    const fields = WRAPPER in optimizer ? [] : Object.values(optimizer);
    for (const value of fields) if (isOptimizer(value)) optimizersIn(value, found);
  }
  return [...found];
}

function isOptimizer(value: unknown): value is Optimizer {
  const { minimize, applyGradients } = Object(value) as Partial<Optimizer>;
  return typeof minimize === 'function' && typeof applyGradients === 'function';
}
