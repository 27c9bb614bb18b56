import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { agc } from 'gradclip/strategies';
import { DEVICE } from 'gradclip/testing';
import { describe, expect, it } from 'vitest';
import { onBackend } from '../../src/testing/backends.ts';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/agc.ts';
import { itAgreesWith } from '../support/agreement.ts';
import { clippedInTurn, inTurn, nearly } from '../support/clip-steps.ts';

testLaws(agc, { oracle });

describe('agc', () => {
  itAgreesWith(agc, oracle, [
    { ratio: 0.3, exclude: ['dense/kernel', 'dense/bias'] },
    { ratio: 0.3, axes: [0] },
    { ratio: 0.3, floor: 10 },
  ]);

  const ratio = 0.5;

  it.each([
    { about: 'under the share: untouched', weights: [6, 8], given: [3, 0], expected: [3, 0] },
    { about: 'at the share: untouched', weights: [6, 8], given: [3, 4], expected: [3, 4] },
    { about: 'over it: a bias as a whole, 50 → 5', weights: [6, 8], given: [30, 40], expected: [3, 4] },
    { about: 'a scalar', weights: 2, given: 8, expected: 1 },
    {
      about: 'columns of a kernel',
      weights: [
        [3, 0],
        [4, 1],
      ],
      given: [
        [30, 9],
        [40, 0],
      ],
      expected: [
        [1.5, 0.5],
        [2, 0],
      ],
    },
    { about: 'no gradient: none', weights: [1, 1], given: [0, 0], expected: [0, 0] },
  ])('$about', ({ weights, given, expected }) => {
    expect(clippedInTurn(agc({ ratio }), [given], weights)).toEqual([nearly(expected)]);
  });

  it('takes rows of an embedding, whose rows are what is learnt', () => {
    for (const name of ['embedding_Embedding1/embeddings', 'embeddings_1', 'embeddings_12']) {
      const weights = {
        [name]: [
          [3, 4],
          [0, 1],
        ],
      };
      const [step] = inTurn(
        agc({ ratio: 1 }),
        [
          {
            [name]: [
              [30, 40],
              [0, 0.5],
            ],
          },
        ],
        weights,
      );
      expect(step?.gradients[name]).toEqual(
        nearly([
          [3, 4],
          [0, 0.5],
        ]),
      );
    }
  });

  it('keeps the filters of each input channel of a depthwise convolution apart', () => {
    const name = 'depthwise_conv2d/depthwise_kernel';
    // [height 1, width 2, in 2, multiplier 1]
    const weights = {
      [name]: [
        [
          [[3], [0]],
          [[4], [1]],
        ],
      ],
    };
    const [step] = inTurn(
      agc({ ratio: 1 }),
      [
        {
          [name]: [
            [
              [[30], [9]],
              [[40], [0]],
            ],
          ],
        },
      ],
      weights,
    );
    expect(step?.gradients[name]).toEqual(
      nearly([
        [
          [[3], [1]],
          [[4], [0]],
        ],
      ]),
    );
  });

  describe('knows by its whole name', () => {
    const weights = [
      [3, 4],
      [0, 1],
    ];
    const given = [
      [30, 40],
      [0, 0.5],
    ];
    /** What becomes of the last gradient, 0.5: short enough in its row, and not in its column. */
    const lastOf = (name: string, wrap: (matrix: number[][]) => unknown): number => {
      const [step] = inTurn(agc({ ratio: 1 }), [{ [name]: wrap(given) as number[][] }], {
        [name]: wrap(weights) as number[][],
      });
      return (step?.gradients[name] as number[][]).flat(4).at(-1) ?? NaN;
    };
    const byColumn = (0.5 * Math.hypot(4, 1)) / Math.hypot(40, 0.5);

    it.each([
      { name: 'embeddings', last: 0.5 },
      { name: 'layer/embeddings_1', last: 0.5 },
      { name: 'my_embeddings', last: byColumn },
      { name: 'embeddings/scale', last: byColumn },
      { name: 'dense/kernel', last: byColumn },
    ])('an embedding: $name', ({ name, last }) => {
      expect(lastOf(name, (matrix) => matrix)).toBeCloseTo(last, 6);
    });

    // [height 1, width 2, in 2, multiplier 1]: a filter for each column here, or one for all.
    const asFilters = (matrix: number[][]): unknown => [matrix.map((row) => row.map((x) => [x]))];
    const asOne = (0.5 * Math.sqrt(26)) / Math.hypot(30, 40, 0.5);

    it.each([
      { name: 'depthwise_kernel', last: byColumn },
      { name: 'layer/depthwise_kernel_1', last: byColumn },
      { name: 'layer/depthwise_kernel_12', last: byColumn },
      { name: 'my_depthwise_kernel', last: asOne },
      { name: 'depthwise_kernel/scale', last: asOne },
      { name: 'conv2d/kernel', last: asOne },
    ])('a depthwise kernel: $name', ({ name, last }) => {
      expect(lastOf(name, asFilters)).toBeCloseTo(last, 6);
    });

    it('and only at the rank of one', () => {
      const asCube = (matrix: number[][]): unknown => matrix.map((row) => [row]);
      expect(lastOf('embeddings', asCube)).toBeCloseTo(byColumn, 6);
      expect(lastOf('depthwise_kernel', (matrix) => matrix)).toBeCloseTo(byColumn, 6);
    });
  });

  it('passes a gradient whose weights it is not shown', () => {
    tf.tidy(() => {
      const gradients = { w: tf.tensor1d([3, 4]) };
      expect(agc().clip(gradients, {}, { step: 0, parameters: {} }).gradients).toEqual(gradients);
    });
  });

  // optax takes a rank of 3 for attention heads, and the norm over axis 0 alone, which is wrong for conv1d.
  it('takes a filter of a one-dimensional convolution whole, over width and input', () => {
    const weights = [
      [[3], [0]],
      [[0], [4]],
    ];
    const given = [
      [[30], [0]],
      [[0], [40]],
    ];
    expect(clippedInTurn(agc({ ratio: 1 }), [given], weights)).toEqual([
      nearly([
        [[3], [0]],
        [[0], [4]],
      ]),
    ]);
  });

  // Composer has no least norm of the weights, so zero weights have a coefficient of 0 and never learn.
  it('lets weights that are zero learn', () => {
    expect(clippedInTurn(agc({ ratio: 0.01, floor: 1e-3 }), [[3, 4]], [0, 0])).toEqual([nearly([6e-6, 8e-6])]);
    const bias = tf.variable(tf.zeros([2]), true, 'bias');
    const optimizer = clipOptimizer(tf.train.sgd(1), agc({ ratio: 1 }));
    for (let step = 0; step < 20; step += 1) optimizer.applyGradients({ bias: tf.tensor1d([-3, -4]) });
    // The floor lets it off the ground, and from there on its own length doubles with each step.
    expect(Array.from(bias.dataSync()).every((value) => value > 10)).toBe(true);
    optimizer.dispose();
    bias.dispose();
  });

  it('passes what is excluded, and says so when nothing is', () => {
    const gradients = { 'output/kernel': [[9]], 'lstm/kernel': [[9]] };
    const [step] = inTurn(agc({ ratio: 1, exclude: ['output'] }), [gradients], {
      'output/kernel': [[1]],
      'lstm/kernel': [[1]],
    });
    expect(step?.gradients).toEqual({ 'output/kernel': [[9]], 'lstm/kernel': [[1]] });
    const message =
      '`agc({ exclude })`: the glob `ouput` matches no variable; the variables are output/kernel, lstm/kernel.';
    expect(() => inTurn(agc({ exclude: ['ouput'] }), [gradients])).toThrow(
      expect.objectContaining({ code: 'bad-option', message }),
    );
  });

  it('knows what is excluded after loading, when tf.layers has numbered its name', () => {
    const gradients = { 'output/kernel_1': [[9]], 'lstm/kernel_1': [[9]] };
    const ones = { 'output/kernel_1': [[1]], 'lstm/kernel_1': [[1]] };
    const [step] = inTurn(agc({ ratio: 1, exclude: ['output/kernel'] }), [gradients], ones);
    expect(step?.gradients).toEqual({ 'output/kernel_1': [[9]], 'lstm/kernel_1': [[1]] });
  });

  it('takes the axes it is told, counted from either end, and all where a variable has none of them', () => {
    const [weights, given] = [
      [
        [3, 4],
        [0, 1],
      ],
      [
        [30, 40],
        [0, 0.5],
      ],
    ];
    for (const axes of [[1], [-1], [1, 1], [1, 5], [1, 2], [1, -3]]) {
      expect(clippedInTurn(agc({ ratio: 1, axes }), [given], weights)).toEqual([
        nearly([
          [3, 4],
          [0, 0.5],
        ]),
      ]);
    }
    expect(clippedInTurn(agc({ ratio: 1, axes: [2] }), [[30, 40]], [5, 0])).toEqual([nearly([3, 4])]);
  });

  it('leaves out axes that a variable has not on a device too, which would refuse them', () =>
    onBackend(DEVICE, () => {
      for (const axes of [
        [0, 1],
        [0, -2],
      ]) {
        expect(clippedInTurn(agc({ ratio: 1, axes }), [[30, 40]], [5, 0])).toEqual([nearly([3, 4])]);
      }
    }));

  it('lets nothing pass at ratio 0, and everything at ratio Infinity', () => {
    expect(clippedInTurn(agc({ ratio: 0 }), [[3, 4]])).toEqual([[0, 0]]);
    expect(clippedInTurn(agc({ ratio: Infinity }), [[3, 4]], [0, 0])).toEqual([[3, 4]]);
  });

  it.each([
    [{ ratio: -1 }, '`agc({ ratio })` must be a number from 0 to Infinity; received -1.'],
    [{ floor: 0 }, '`agc({ floor })` must be a finite number greater than 0; received 0.'],
    [{ axes: [0.5] }, '`agc({ axes })` must be a list of whole numbers, or null; received [0.5].'],
    [{ exclude: 'lstm' as never }, '`agc({ exclude })` must be a list of strings; received "lstm".'],
  ])('refuses %s', (options, message) => {
    expect(() => agc(options)).toThrow(message);
  });
});
