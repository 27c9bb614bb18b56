import { assertStrategy } from '../core/assert-strategy.ts';
import type { ClippingStrategy, NamedTensors } from '../core/contract.ts';
import { childEntries, withPrefix } from '../core/entries.ts';
import { ClippingError, formatValue } from '../core/errors.ts';
import { register, type Combinator } from '../core/known.ts';
import { assertOptionNames } from '../core/options.ts';
import { specOf } from '../registry/spec.ts';
import { joinSteps } from './child-states.ts';

/**
 * Applies strategies one after another; each clips the result of the one before.
 *
 * If a strategy skips the step, the step is skipped, and all other strategies keep the state they had before.
 * Without strategies it changes nothing.
 *
 * @throws ClippingError `bad-spec` for a value that is not a strategy.
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
  for (const strategy of strategies) assertStrategy('chain(...strategies)', strategy);
  register(chainCombinator);
  return Object.freeze<ClippingStrategy>({
    id: 'chain',
    options: Object.freeze({ strategies: strategies.map(specOf) }),
    init(parameters) {
      const states = strategies.map((strategy, index) => withPrefix(String(index), strategy.init(parameters)));
      return Object.assign({}, ...states) as NamedTensors;
    },
    clip(gradients, state, context) {
      let clipped = gradients;
      const steps = strategies.map((strategy, index) => {
        const prefix = String(index);
        const before = childEntries(prefix, state);
        const result = strategy.clip(clipped, before, context);
        clipped = result.gradients;
        return { prefix, before, result };
      });
      return { gradients: clipped, ...joinSteps(steps, true) };
    },
  });
}

/** {@link chain} in JSON: `{ id: "chain", options: { strategies: [spec, …] } }`. */
export const chainCombinator: Combinator = {
  id: 'chain',
  fromOptions(options, create) {
    assertOptionNames('chain', options, ['strategies']);
    const { strategies } = options;
    if (Array.isArray(strategies)) return chain(...strategies.map(create));
    throw new ClippingError(
      'bad-option',
      `\`chain({ strategies })\` must be a list of specs; received ${formatValue(strategies)}.`,
    );
  },
};
