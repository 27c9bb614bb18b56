import { maximum, sub, type Scalar } from '@tensorflow/tfjs-core';
import type { Clipped, ClippingStrategy, NamedTensors } from '../core/contract.ts';
import { ClippingError, formatValue } from '../core/errors.ts';
import { assertOptionNames } from '../core/options.ts';
import { type Combinator, assertStrategy, register, specOf } from './combinator.ts';
import { selectState, prefixed, childState } from './states.ts';

/**
 * Clips by one strategy after another, each given what the one before let through.
 *
 * The step is skipped when any of them says so, and those after that one do not remember it. With no strategies it changes nothing.
 *
 * @throws ClippingError `bad-spec` when something given is no strategy.
 *
 * @example
 * ```ts
 * import { chain } from 'gradclip';
 * import { globalNorm, perValue } from 'gradclip/strategies';
 *
 * const strategy = chain(perValue({ maxAbs: 5 }), globalNorm({ maxNorm: 1 }));
 * console.log(JSON.stringify(strategy.options));
 * ```
 *
 * @category Combinators
 */
export function chain(...strategies: readonly ClippingStrategy[]): ClippingStrategy {
  return chainOf(strategies);
}

function chainOf(strategies: readonly ClippingStrategy[]): ClippingStrategy {
  for (const strategy of strategies) assertStrategy('chain(...)', strategy);
  register(chainCombinator);
  return Object.freeze<ClippingStrategy>({
    id: 'chain',
    options: Object.freeze({ strategies: strategies.map(specOf) }),
    init: (parameters) =>
      Object.fromEntries(
        strategies.flatMap((one, place) => Object.entries(prefixed(String(place), one.init(parameters)))),
      ),
    clip(gradients, state, context) {
      let passed = gradients;
      const after: Record<string, NamedTensors[string]> = {};
      let skip: Scalar | undefined;
      strategies.forEach((strategy, place) => {
        const prefix = String(place);
        const before = childState(prefix, state);
        const clipped: Clipped = strategy.clip(passed, before, context);
        passed = clipped.gradients;
        // What an earlier strategy drops is not for the later ones to remember.
        const memory = skip === undefined ? clipped.state : selectState(sub(1, skip), clipped.state, before);
        Object.assign(after, prefixed(prefix, memory));
        if (clipped.skip) skip = skip === undefined ? clipped.skip : maximum(skip, clipped.skip);
      });
      return { gradients: passed, state: after, ...(skip === undefined ? {} : { skip }) };
    },
  });
}

/** {@link chain} in JSON: `{ id: "chain", options: { strategies: [spec, …] } }`. */
export const chainCombinator: Combinator = {
  id: 'chain',
  fromOptions(options, create) {
    assertOptionNames('chain', options, ['strategies']);
    const specs = options['strategies'];
    if (!Array.isArray(specs)) {
      const received = formatValue(specs);
      throw new ClippingError('bad-option', `\`chain({ strategies })\` must be a list of specs; received ${received}.`);
    }
    return chainOf(specs.map(create));
  },
};
