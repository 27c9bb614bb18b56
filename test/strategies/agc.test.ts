import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { agc } from 'gradclip/strategies';
import { DEVICE } from 'gradclip/testing';
import { describe, expect, it } from 'vitest';
import { onBackend } from '../../src/testing/backends.ts';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/agc.ts';
import { itMatchesOracle } from '../support/agreement.ts';
import { clipVariable, clipSteps, closeTo } from '../support/clip-steps.ts';

testLaws(agc, { oracle });

describe('agc', () => {
  itMatchesOracle(agc, oracle, [
    { ratio: 0.3, exclude: ['dense/kernel', 'dense/bias'] },
    { ratio: 0.3, axes: [0] },
    { ratio: 0.3, floor: 10 },
  ]);

  const ratio = 0.5;

  it.each([
    { title: 'leaves a gradient under the ratio unchanged', weights: [6, 8], input: [3, 0], expected: [3, 0] },
    { title: 'leaves a gradient at the ratio unchanged', weights: [6, 8], input: [3, 4], expected: [3, 4] },
    { title: 'clips a bias as one unit, from 50 to 5', weights: [6, 8], input: [30, 40], expected: [3, 4] },
    { title: 'clips a scalar', weights: 2, input: 8, expected: 1 },
    {
      title: 'clips each column of a kernel separately',
      weights: [
        [3, 0],
        [4, 1],
      ],
      input: [
        [30, 9],
        [40, 0],
      ],
      expected: [
        [1.5, 0.5],
        [2, 0],
      ],
    },
    {
      title: 'clips a kernel [1, units] as one vector, as its authors do',
      weights: [[0.5, -0.5, 0.5, 0.5]],
      input: [[10, 1, 1, 1]],
      // 10·f, f, f, f with f = ½·1/√103.
      expected: [[0.492665, 0.049266, 0.049266, 0.049266]],
    },
    { title: 'clips a kernel [in, 1] as one vector', weights: [[6], [8]], input: [[30], [40]], expected: [[3], [4]] },
    { title: 'keeps a zero gradient at zero', weights: [1, 1], input: [0, 0], expected: [0, 0] },
  ])('$title', ({ weights, input, expected }) => {
    expect(clipVariable(agc({ ratio }), [input], weights)).toEqual([closeTo(expected)]);
  });

  it('clips each row of an embedding separately', () => {
    for (const name of ['embedding_Embedding1/embeddings', 'embeddings_1', 'embeddings_12']) {
      const weights = {
        [name]: [
          [3, 4],
          [0, 1],
        ],
      };
      const [step] = clipSteps(
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
        closeTo([
          [3, 4],
          [0, 0.5],
        ]),
      );
    }
  });

  it('clips each filter of a depthwise convolution separately', () => {
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
    const [step] = clipSteps(
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
      closeTo([
        [
          [[3], [1]],
          [[4], [0]],
        ],
      ]),
    );
  });

  describe('agc chooses units by the whole variable name', () => {
    const weights = [
      [3, 4],
      [0, 1],
    ];
    const input = [
      [30, 40],
      [0, 0.5],
    ];
    /** The last clipped value. It was 0.5: small enough for its row, too large for its column. */
    const lastOf = (name: string, wrap: (matrix: number[][]) => unknown): number => {
      const [step] = clipSteps(agc({ ratio: 1 }), [{ [name]: wrap(input) as number[][] }], {
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
    ])('clips $name as an embedding only if that is its whole name', ({ name, last }) => {
      expect(lastOf(name, (matrix) => matrix)).toBeCloseTo(last, 6);
    });

    // [height 1, width 2, in 2, multiplier 1]: each column is one filter, or all columns are one filter.
    const asFilters = (matrix: number[][]): unknown => [matrix.map((row) => row.map((x) => [x]))];
    const asOne = (0.5 * Math.sqrt(26)) / Math.hypot(30, 40, 0.5);

    it.each([
      { name: 'depthwise_kernel', last: byColumn },
      { name: 'layer/depthwise_kernel_1', last: byColumn },
      { name: 'layer/depthwise_kernel_12', last: byColumn },
      { name: 'my_depthwise_kernel', last: asOne },
      { name: 'depthwise_kernel/scale', last: asOne },
      { name: 'conv2d/kernel', last: asOne },
    ])('clips $name as a depthwise kernel only if that is its whole name', ({ name, last }) => {
      expect(lastOf(name, asFilters)).toBeCloseTo(last, 6);
    });

    it('ignores the name of a variable with another rank', () => {
      const asCube = (matrix: number[][]): unknown => matrix.map((row) => [row]);
      expect(lastOf('embeddings', asCube)).toBeCloseTo(byColumn, 6);
      expect(lastOf('depthwise_kernel', (matrix) => matrix)).toBeCloseTo(byColumn, 6);
    });
  });

  it('leaves a gradient unchanged when its weights are missing', () => {
    tf.tidy(() => {
      const gradients = { w: tf.tensor1d([3, 4]) };
      expect(agc().clip(gradients, {}, { step: 0, parameters: {} }).gradients).toEqual(gradients);
    });
  });

  // optax treats rank 3 as attention heads and takes the norm over axis 0 only, which is wrong for conv1d.
  it('clips a conv1d filter over its width and input channels together', () => {
    const weights = [
      [[3], [0]],
      [[0], [4]],
    ];
    const input = [
      [[30], [0]],
      [[0], [40]],
    ];
    expect(clipVariable(agc({ ratio: 1 }), [input], weights)).toEqual([
      closeTo([
        [[3], [0]],
        [[0], [4]],
      ]),
    ]);
  });

  // Composer has no minimum weight norm, so zero weights get a coefficient of 0 and never learn.
  it('updates weights that start at zero', () => {
    expect(clipVariable(agc({ ratio: 0.01, floor: 1e-3 }), [[3, 4]], [0, 0])).toEqual([closeTo([6e-6, 8e-6])]);
    const bias = tf.variable(tf.zeros([2]), true, 'bias');
    const optimizer = clipOptimizer(tf.train.sgd(1), agc({ ratio: 1 }));
    for (let step = 0; step < 20; step += 1) optimizer.applyGradients({ bias: tf.tensor1d([-3, -4]) });
    // The floor allows the first step; after that the norm of the weights doubles with each step.
    expect(Array.from(bias.dataSync()).every((value) => value > 10)).toBe(true);
    optimizer.dispose();
    bias.dispose();
  });

  it('leaves excluded variables unchanged and throws when a glob matches none', () => {
    const gradients = { 'output/kernel': [[9]], 'lstm/kernel': [[9]] };
    const [step] = clipSteps(agc({ ratio: 1, exclude: ['output'] }), [gradients], {
      'output/kernel': [[1]],
      'lstm/kernel': [[1]],
    });
    expect(step?.gradients).toEqual({ 'output/kernel': [[9]], 'lstm/kernel': [[1]] });
    const message =
      '`agc({ exclude })`: the glob `ouput` matches no variable; the variables are output/kernel, lstm/kernel.';
    expect(() => clipSteps(agc({ exclude: ['ouput'] }), [gradients])).toThrow(
      expect.objectContaining({ code: 'bad-option', message }),
    );
  });

  it('excludes a variable whose name tf.layers numbered while loading', () => {
    const gradients = { 'output/kernel_1': [[9]], 'lstm/kernel_1': [[9]] };
    const ones = { 'output/kernel_1': [[1]], 'lstm/kernel_1': [[1]] };
    const [step] = clipSteps(agc({ ratio: 1, exclude: ['output/kernel'] }), [gradients], ones);
    expect(step?.gradients).toEqual({ 'output/kernel_1': [[9]], 'lstm/kernel_1': [[1]] });
  });

  it('takes the norm over the given axes, or over the whole variable when it has none of them', () => {
    const [weights, input] = [
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
      expect(clipVariable(agc({ ratio: 1, axes }), [input], weights)).toEqual([
        closeTo([
          [3, 4],
          [0, 0.5],
        ]),
      ]);
    }
    expect(clipVariable(agc({ ratio: 1, axes: [2] }), [[30, 40]], [5, 0])).toEqual([closeTo([3, 4])]);
  });

  it('ignores axes that a variable does not have, on a device too', () =>
    onBackend(DEVICE, () => {
      for (const axes of [
        [0, 1],
        [0, -2],
      ]) {
        expect(clipVariable(agc({ ratio: 1, axes }), [[30, 40]], [5, 0])).toEqual([closeTo([3, 4])]);
      }
    }));

  it('returns zeros at ratio 0 and clips nothing at ratio Infinity', () => {
    expect(clipVariable(agc({ ratio: 0 }), [[3, 4]])).toEqual([[0, 0]]);
    expect(clipVariable(agc({ ratio: Infinity }), [[3, 4]], [0, 0])).toEqual([[3, 4]]);
  });

  it('rejects an invalid option and names the valid range', () => {
    expect(() => agc({ ratio: -1 })).toThrow('`agc({ ratio })` must be a number from 0 to Infinity; received -1.');
  });
});
