import {
  AdadeltaOptimizer,
  AdagradOptimizer,
  AdamaxOptimizer,
  AdamOptimizer,
  MomentumOptimizer,
  Optimizer,
  RMSPropOptimizer,
  SGDOptimizer,
  type Scalar,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';
import { ClippingError } from '../core/errors.ts';
import type { GradientList, Gradients } from './gradients.ts';

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
  given: Gradients,
  clipped: NamedTensors,
): Gradients {
  if (storesStateByIndex(inner)) {
    return order.map((name) => ({ name, tensor: clipped[name] ?? null })) as GradientList;
  }
  if (Array.isArray(given)) {
    return given.map(({ name, tensor }) => ({ name, tensor: clipped[name] ?? tensor })) as GradientList;
  }
  return Object.fromEntries(Object.entries(given).map(([name, tensor]) => [name, clipped[name] ?? tensor]));
}

/** Whether an optimizer, or one inside it, brings a `minimize` of its own. */
export function hasOwnMinimize(optimizer: Optimizer, wrapperMinimize: Optimizer['minimize']): boolean {
  if (optimizer.minimize !== wrapperMinimize) return optimizer.minimize !== Optimizer.prototype.minimize;
  return hasOwnMinimize((optimizer as unknown as { readonly inner: Optimizer }).inner, wrapperMinimize);
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
  throw new ClippingError(
    'not-an-optimizer',
    `The \`minimize\` of ${inner.getClassName()} calls no \`applyGradients\`, so its gradients cannot be clipped. ` +
      'Wrap the optimizer that it uses inside.',
  );
}

function optimizersIn(optimizer: Optimizer, found = new Set<Optimizer>()): Optimizer[] {
  if (!found.has(optimizer)) {
    found.add(optimizer);
    for (const value of Object.values(optimizer)) if (isOptimizer(value)) optimizersIn(value, found);
  }
  return [...found];
}

function isOptimizer(value: unknown): value is Optimizer {
  const { minimize, applyGradients } = Object(value) as Partial<Optimizer>;
  return typeof minimize === 'function' && typeof applyGradients === 'function';
}
