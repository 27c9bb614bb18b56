import { engine, Tensor, util, type Optimizer, type Variable } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';
import { ownValue } from '../core/entries.ts';
import { ClippingError, formatValue, listNames } from '../core/errors.ts';
import { ONE_TFJS_ADVICE } from '../core/second-tfjs.ts';
import { originalName } from '../core/names.ts';
import { isPlainObject } from '../core/plain.ts';

/** Gradients as tfjs passes them to an optimizer: a map, or a list in the order of the variables. */
export type Gradients = Parameters<Optimizer['applyGradients']>[0];

/** The list form, which tfjs's own optimizers need. */
export type GradientList = Extract<Gradients, readonly unknown[]>;

/** The gradients of a step and their variables. */
export interface StepGradients {
  /** All variables that were named, in their order, with or without a gradient. */
  readonly variables: readonly Variable[];
  /** The gradients that are present, by variable name. */
  readonly gradients: ReadonlyMap<string, Tensor>;
  /** The same variables by name. */
  readonly parameters: NamedTensors;
}

/**
 * Reads the argument of `applyGradients`, or of another `call`. An absent gradient is missing, null or undefined.
 *
 * @throws ClippingError `unknown-variable` for a gradient whose variable tfjs does not know, `bad-gradients` for a
 *   gradient that is not a float32 tensor of its variable's shape, or for two gradients of one variable.
 */
export function readGradients(received: Gradients, call = 'applyGradients'): StepGradients {
  const { registeredVariables } = engine();
  const variables: Variable[] = [];
  const gradients = new Map<string, Tensor>();
  const parameters: Record<string, Tensor> = {};
  for (const [name, gradient] of pairsOf(received, call)) {
    // Own properties only, because every object has a `constructor`.
    const variable = ownValue(registeredVariables, name);
    if (variable === undefined) {
      // An absent gradient of a disposed variable has no effect.
      if (gradient == null) continue;
      throw unknownVariable(call, name, registeredVariables);
    }
    if (Object.hasOwn(parameters, name)) throw namedTwice(call, name);
    variables.push(variable);
    parameters[name] = variable;
    if (gradient == null) continue;
    assertGradient(variable, gradient);
    gradients.set(name, gradient);
  }
  return { variables, gradients, parameters };
}

/** The id of the variable that tfjs has under this name. */
export function variableId(name: string): number | undefined {
  return engine().registeredVariables[name]?.id;
}

/**
 * The variables of these names that exist. A variable that was loaded under another number and has not been seen yet is
 * represented by one with the same original name.
 */
export function variablesLike(names: readonly string[]): NamedTensors {
  const { registeredVariables } = engine();
  let likes: Map<string, Variable> | undefined;
  const like = (name: string): Variable | undefined => {
    likes ??= new Map(Object.entries(registeredVariables).map(([known, one]) => [originalName(known), one]));
    return likes.get(originalName(name));
  };
  const found: Record<string, Tensor> = {};
  for (const name of names) {
    const variable = registeredVariables[name] ?? like(name);
    if (variable !== undefined) found[name] = variable;
  }
  return found;
}

function pairsOf(received: unknown, call: string): (readonly [string, Tensor | null | undefined])[] {
  if (Array.isArray(received)) {
    return (received as (GradientList[number] | null | undefined)[]).map((entry) => {
      if (typeof entry?.name !== 'string') throw notGradients(call, formatValue(received));
      return [entry.name, entry.tensor];
    });
  }
  if (received instanceof Tensor) throw notGradients(call, 'a tensor');
  if (typeof received !== 'object' || received === null) throw notGradients(call, formatValue(received));
  const { grads } = received as { readonly grads?: unknown };
  if (isPlainObject(grads)) throw notGradients(call, 'the result of `variableGrads`; pass its `grads`');
  return Object.entries(received as NamedTensors);
}

function assertGradient(variable: Variable, gradient: unknown): asserts gradient is Tensor {
  const { name } = variable;
  if (!(gradient instanceof Tensor)) {
    throw new ClippingError(
      'bad-gradients',
      `The gradient of \`${name}\` must be a tensor; received ${formatValue(gradient)}.`,
    );
  }
  const { shape, dtype } = gradient as Tensor;
  if (dtype !== 'float32') {
    throw new ClippingError(
      'bad-gradients',
      `The gradient of \`${name}\` must be float32; received ${dtype}. Convert it with \`tf.cast(gradient, 'float32')\`.`,
    );
  }
  if (util.arraysEqual(shape, variable.shape)) return;
  const [actual, expected] = [shape, variable.shape].map((one) => `[${one.join(', ')}]`);
  throw new ClippingError(
    'bad-gradients',
    `The gradient of \`${name}\` must have shape ${expected}; received ${actual}.`,
  );
}

function namedTwice(call: string, name: string): ClippingError {
  return new ClippingError(
    'bad-gradients',
    `\`${call}\` takes one gradient for each variable; received two for \`${name}\`. Add them first.`,
  );
}

function notGradients(call: string, received: string): ClippingError {
  return new ClippingError(
    'bad-gradients',
    `\`${call}\` takes gradients by variable name, \`{ name: tensor }\`, or a list of \`{ name, tensor }\`; ` +
      `received ${received}.`,
  );
}

function unknownVariable(call: string, name: string, registered: Readonly<Record<string, Variable>>): ClippingError {
  return new ClippingError(
    'unknown-variable',
    `\`${call}\` received a gradient for \`${name}\`, but tfjs has no variable of that name; ` +
      `it has ${listNames(Object.keys(registered)) || 'none'}. ` +
      `Was it disposed, or is a second copy of tfjs loaded? ${ONE_TFJS_ADVICE}`,
  );
}
