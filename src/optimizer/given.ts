import { engine, type Optimizer, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';
import { ClippingError } from '../core/errors.ts';

/** Gradients as tfjs hands them to an optimizer: a map, or a list in the order of the variables. */
export type GivenGradients = Parameters<Optimizer['applyGradients']>[0];

/** The list form, which is what inner optimizers are always given. */
export type GradientList = Extract<GivenGradients, readonly unknown[]>;

/** The names in the order given, and the gradients that are there. An absent one is missing, null or undefined. */
export function sorted(given: GivenGradients): { names: string[]; gradients: Map<string, Tensor> } {
  const pairs: (readonly [string, Tensor | null | undefined])[] = Array.isArray(given)
    ? given.map(({ name, tensor }) => [name, tensor])
    : Object.entries(given);
  const gradients = new Map<string, Tensor>();
  for (const [name, tensor] of pairs) if (tensor != null) gradients.set(name, tensor);
  return { names: pairs.map(([name]) => name), gradients };
}

/**
 * The variables of these names.
 *
 * @throws ClippingError `unknown-variable` for a name that tfjs has no variable for, `bad-gradients` for a gradient
 *   whose shape is not its variable's.
 */
export function variablesNamed(names: readonly string[], gradients: ReadonlyMap<string, Tensor>): NamedTensors {
  const { registeredVariables } = engine();
  return Object.fromEntries(
    names.map((name) => {
      const variable = registeredVariables[name];
      if (variable === undefined) throw unknownVariable(name, registeredVariables);
      const gradient = gradients.get(name);
      if (gradient !== undefined && gradient.shape.join() !== variable.shape.join()) {
        const [shape, expected] = [gradient.shape, variable.shape].map((one) => `[${one.join(', ')}]`);
        throw new ClippingError(
          'bad-gradients',
          `The gradient of \`${name}\` must have shape ${expected}; received ${shape}.`,
        );
      }
      return [name, variable];
    }),
  );
}

function unknownVariable(name: string, registered: Readonly<Record<string, Variable>>): ClippingError {
  const known = Object.keys(registered);
  const some = known.slice(0, 8).join(', ') + (known.length > 8 ? `, and ${known.length - 8} more` : '');
  const there = known.length > 0 ? `there are ${some}` : 'there are none';
  return new ClippingError(
    'unknown-variable',
    `\`applyGradients\` received a gradient for \`${name}\`, but tfjs has no variable of that name; ${there}. ` +
      'Was it disposed, or is a second copy of tfjs loaded?',
  );
}
