import { clone, tidy, type NamedTensorMap, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { assertStrategy } from '../core/assert-strategy.ts';
import type { Clipped, ClippingStrategy, NamedTensors, StepContext } from '../core/contract.ts';
import { mapValues } from '../core/entries.ts';
import { ClippingError, formatValue } from '../core/errors.ts';
import { globalNormOf, limitFactors, scaleAll } from '../core/tensors.ts';
import { clipWithChecks } from './contract-checks.ts';
import { readGradients, type GradientList, type Gradients } from './gradients.ts';
import { inFormOf } from './inner-optimizer.ts';

/**
 * The result of {@link clipGradients}. All its tensors are new and belong to the caller.
 *
 * @category Optimizer
 */
export interface ClippedGradients<Form extends Gradients = Gradients> {
  /** The clipped gradients, as a map or list like the one passed in; absent gradients stay absent. */
  readonly gradients: Form extends readonly unknown[] ? GradientList : NamedTensorMap;
  /** ‖g‖₂ of all gradients before clipping; shape []. */
  readonly norm: Scalar;
  /** 1 if the strategy skips the step; shape []; absent if it never skips. */
  readonly skip?: Scalar;
}

/**
 * Clips gradients once, for training loops without an optimizer.
 *
 * Nothing is read from the device. Gradients with NaN or ±Infinity get no special treatment; check `norm` if they can
 * occur. The gradients passed in are not disposed.
 *
 * @param gradients - By variable name, as `tf.variableGrads(f).grads`, or a list of names and gradients.
 * @param strategy - A strategy without state, or the largest global norm, a number from 0 to Infinity.
 * @throws ClippingError `bad-option` for a number out of range; `bad-spec` for a strategy that needs more than one step:
 *   use {@link clipOptimizer}; `unknown-variable` or `bad-gradients`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipGradients } from 'gradclip';
 *
 * const w = tf.variable(tf.tensor1d([3, 4]), true, 'weights');
 * const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(w)));
 * const { gradients, norm } = clipGradients(grads, 1);
 * w.assign(tf.sub(w, gradients['weights']!));
 * norm.print(); // 10
 * w.print(); // [2.4, 3.2]
 * tf.dispose([value, grads, gradients, norm]);
 * ```
 *
 * @category Optimizer
 */
export function clipGradients<Form extends Gradients>(
  gradients: Form,
  strategy: ClippingStrategy | number,
): ClippedGradients<Form> {
  const { gradients: present, parameters } = readGradients(gradients, 'clipGradients');
  const given: NamedTensors = Object.fromEntries(present);
  return tidy(() => {
    const clipped = typeof strategy === 'number' ? clipNorm(given, strategy) : clipOnce(given, strategy, parameters);
    const own = mapValues(clipped.gradients, (tensor) => clone(tensor));
    const { skip } = clipped;
    return {
      gradients: inFormOf(gradients, own) as NamedTensorMap,
      norm: clone(globalNormOf(given)),
      ...(skip === undefined ? {} : { skip: clone(skip) }),
    };
  }) as unknown as ClippedGradients<Form>;
}

function clipNorm(gradients: NamedTensors, maxNorm: number): Pick<Clipped, 'gradients' | 'skip'> {
  if (!(maxNorm >= 0)) {
    throw new ClippingError(
      'bad-option',
      `\`maxNorm\` of \`clipGradients\` must be a number from 0 to Infinity; received ${formatValue(maxNorm)}.`,
    );
  }
  return { gradients: scaleAll(gradients, limitFactors(globalNormOf(gradients), maxNorm)) };
}

function clipOnce(gradients: NamedTensors, strategy: ClippingStrategy, parameters: NamedTensors): Clipped {
  assertStrategy('clipGradients(gradients, strategy)', strategy);
  const present = mapValues(gradients, (_, name) => parameters[name] as Tensor);
  if (Object.keys(strategy.init(parameters)).length > 0) throw needsOptimizer(strategy, 'keeps state');
  const context: StepContext = {
    get step(): number {
      throw needsOptimizer(strategy, 'depends on the step');
    },
    parameters: present,
  };
  return clipWithChecks(strategy, gradients, {}, context, 'in `clipGradients`');
}

function needsOptimizer({ id }: ClippingStrategy, reason: string): ClippingError {
  return new ClippingError(
    'bad-spec',
    `\`clipGradients(gradients, strategy)\` clips once, but \`${id}\` ${reason}; use \`clipOptimizer\`.`,
  );
}
