// The files that `npm run new-strategy` writes. Each one compiles and says what is still missing.

/** The strategy: returns the gradients unchanged until you write its formula. */
export const strategy = ({
  id,
  factory,
  type,
  title,
}) => `import { defineStrategy, threshold, type OptionsOf } from 'gradclip/define';

/**
 * Clips … (one sentence with a verb).
 *
 *     ĝ = g
 *
 * Explain what the options do together and what happens at the limits.
 *
 * @throws ClippingError \`bad-option\` when \`maxNorm\` is negative or NaN.
 *
 * @example
 * \`\`\`ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { ${factory} } from 'gradclip/strategies';
 *
 * const optimizer = clipOptimizer(tf.train.adam(1e-3), ${factory}({ maxNorm: 1 }));
 * console.log(optimizer.strategy.options);
 * \`\`\`
 *
 * @category Fixed threshold
 */
export const ${factory} = defineStrategy({
  id: '${id}',
  title: '${title}',
  laws: { direction: 'global', idempotent: true },
  fields: {
    maxNorm: threshold({ default: 1, about: 'Largest ‖g‖ that passes unchanged.' }),
  },

  // Write the formula here, with the operations of gradclip; src/core/tensors.ts lists them.
  clip: (_options, gradients) => gradients,
  source: {
    authors: 'Authors',
    year: ${new Date().getFullYear()},
    title: 'Title of the work',
    url: 'https://example.org/${id}',
  },
});

/**
 * The options of {@link ${factory}}.
 *
 * @category Fixed threshold
 */
export type ${type}Options = OptionsOf<typeof ${factory}.fields>;
`;

/** The oracle: throws until you write it from the paper. */
export const oracle = ({
  id,
  type,
}) => `// Authors (year), section: the formula in float64, written from the paper and not from strategies/${id}.ts.
import type { ${type}Options } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';

export const oracle: Oracle<Required<${type}Options>> = ({ maxNorm }) => () => {
  throw new Error(\`Write the oracle of ${id}({ maxNorm: \${maxNorm} }) from the paper; test/support/oracles/README.md says how.\`);
};
`;

/** The test: laws, oracle, cases and one message. Its cases are those of a global norm until you replace them. */
export const test = ({ id, factory }) => `import { ${factory} } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { clipVariable, closeTo } from '../support/clip-steps.ts';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/${id}.ts';

testLaws(${factory}, { oracle });

describe('${factory}', () => {
  // Replace these with cases of your formula that a reader can check without a calculator.
  it.each([
    { title: 'leaves a gradient under the threshold unchanged', maxNorm: 10, gradient: [3, 4], expected: [3, 4] },
    { title: 'leaves a gradient at the threshold unchanged', maxNorm: 5, gradient: [3, 4], expected: [3, 4] },
    { title: 'scales a norm of 5 down to 2.5', maxNorm: 2.5, gradient: [3, 4], expected: [1.5, 2] },
  ])('$title', ({ maxNorm, gradient, expected }) => {
    expect(clipVariable(${factory}({ maxNorm }), [gradient])).toEqual([closeTo(expected)]);
  });

  it('rejects an invalid option and names the valid range', () => {
    expect(() => ${factory}({ maxNorm: -1 })).toThrow(
      '\`${id}({ maxNorm })\` must be a number from 0 to Infinity; received -1.',
    );
  });
});
`;

/** The page, with the headings that every page has. */
export const page = ({ id, factory }) => `---
title: ${id}
---

# \`${id}\`: what it clips, in a few words

## Idea

What goes wrong without this strategy, and how it helps.

## Example

\`\`\`ts
import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { ${factory} } from 'gradclip/strategies';

const optimizer = clipOptimizer(tf.train.adam(1e-3), ${factory}({ maxNorm: 1 }));
console.log(optimizer.strategy.options);
\`\`\`

Draw a picture in scripts/strategy-pictures.ts, and say in one sentence what it shows.

Choose the rate and options of this link so that the strategy beats no clipping within 50 steps.

<!-- playground: rnn/sgd/3/none/${id} -->

## When to use it

- A case in which this strategy works better than the others.

## When not to use it

- A case in which another strategy works better, with a link to it.

## Options

<!-- generated: options ${id} -->
| option | default | meaning |
|---|---|---|
| \`maxNorm\` | \`1\` | Largest ‖g‖ that passes unchanged. |
<!-- /generated -->

## Formula

\`\`\`text
ĝ = g
\`\`\`

g is all gradients as one vector; c is \`maxNorm\`.

## Behaviour

- What happens at the threshold, at 0 and at Infinity; to zero gradients; to the direction; what its state holds.

## Source

Authors: *Title of the work*, venue and year. <https://example.org/${id}>
`;
