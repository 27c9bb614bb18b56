// What `npm run new-strategy` writes. Each is sound as it stands and says what is still missing.

/** The strategy: lets everything pass until its formula is written. */
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
  source: {
    authors: 'Authors',
    year: ${new Date().getFullYear()},
    title: 'Title of the work',
    url: 'https://example.org/${id}',
  },
  laws: { direction: 'global', idempotent: true },
  fields: {
    maxNorm: threshold({ default: 1, about: 'Largest ‖g‖ that passes unchanged, in gradient units (c).' }),
  },

  // Write the formula here, with the operations of gradclip; src/core/tensors.ts lists them.
  clip: (_options, gradients) => gradients,
});

/**
 * The options of {@link ${factory}}.
 *
 * @category Fixed threshold
 */
export type ${type}Options = OptionsOf<typeof ${factory}.fields>;
`;

/** The oracle: refuses to answer until it is written from the paper. */
export const oracle = ({
  id,
  type,
}) => `// Authors (year), section: the formula once more, in float64, from the paper and not from strategies/${id}.ts.
import type { ${type}Options } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';

export const oracle: Oracle<Required<${type}Options>> = ({ maxNorm }) => () => {
  throw new Error(\`Write the oracle of ${id}({ maxNorm: \${maxNorm} }) from the paper; test/support/oracles/README.md says how.\`);
};
`;

/** The test: laws, oracle, cases and refusals; the cases are those of a global norm until they are thought about. */
export const test = ({ id, factory }) => `import { ${factory} } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { clippedInTurn, nearly } from '../support/clip-steps.ts';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/${id}.ts';

testLaws(${factory}, { oracle });

describe('${factory}', () => {
  // Cases that a reader can check in the head; these are a guess, put in those of the paper.
  it.each([
    { about: 'under the limit: untouched', maxNorm: 10, given: [3, 4], expected: [3, 4] },
    { about: 'at the limit: untouched', maxNorm: 5, given: [3, 4], expected: [3, 4] },
    { about: 'over the limit, 5 → 2.5: halved', maxNorm: 2.5, given: [3, 4], expected: [1.5, 2] },
  ])('$about', ({ maxNorm, given, expected }) => {
    expect(clippedInTurn(${factory}({ maxNorm }), [given])).toEqual([nearly(expected)]);
  });

  it.each([
    [-1, '\`${id}({ maxNorm })\` must be a number from 0 to Infinity; received -1.'],
    [NaN, '\`${id}({ maxNorm })\` must be a number from 0 to Infinity; received NaN.'],
  ])('refuses maxNorm %s', (maxNorm, message) => {
    expect(() => ${factory}({ maxNorm })).toThrow(message);
  });
});
`;

/** The page, with the headings that every page has. */
export const page = ({ id, factory }) => `---
title: ${id}
---

# \`${id}\`: in a few words, what it clips

## Idea

What goes wrong without it, and what it does about that.

## Formula

\`\`\`text
ĝ = g
\`\`\`

g is all gradients taken as one vector; c is \`maxNorm\`.

## Options

<!-- generated: options ${id} -->
| option | default | meaning |
|---|---|---|
| \`maxNorm\` | \`1\` | Largest ‖g‖ that passes unchanged, in gradient units (c). |
<!-- /generated -->

## Behaviour

- What happens at the threshold, at 0 and at Infinity; to zero gradients; to the direction; what it remembers.

## Example

\`\`\`ts
import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { ${factory} } from 'gradclip/strategies';

const optimizer = clipOptimizer(tf.train.adam(1e-3), ${factory}({ maxNorm: 1 }));
console.log(optimizer.strategy.options);
\`\`\`

## When not to use it

- The case in which another strategy does better, with a link to it.

## Results

What was measured, with the command that measures it again:

\`\`\`sh
npx vitest run --project node test/strategies/${id}.test.ts
\`\`\`

## Source

Authors: *Title of the work*, venue and year. <https://example.org/${id}>
`;
