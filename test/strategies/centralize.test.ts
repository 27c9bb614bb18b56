import { abs, max, setBackend, tensor, tidy } from '@tensorflow/tfjs-core';
import { centralize } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { conditions } from '../support/laws/conditions.ts';
import { oracle } from '../support/oracles/centralize.ts';
import { clipVariable, closeTo } from '../support/clip-steps.ts';

testLaws(centralize, {
  oracle,
  // The difference of nearly equal numbers is only as exact as the numbers themselves.
  relativeTo: 'given',
  ...conditions.centralize,
});

describe('centralize', () => {
  it.each([
    {
      title: 'makes each column of a kernel sum to 0',
      input: [
        [1, 5],
        [3, 5],
      ],
      expected: [
        [-1, 0],
        [1, 0],
      ],
    },
    {
      title: 'leaves a kernel with one row unchanged, because centralizing would zero it',
      input: [[1, 2, 3]],
      expected: [[1, 2, 3]],
    },
    { title: 'subtracts the mean of a single column', input: [[1], [2], [3]], expected: [[-1], [0], [1]] },
    { title: 'leaves a bias unchanged', input: [1, 2, 3], expected: [1, 2, 3] },
    { title: 'leaves a scalar unchanged', input: 7, expected: 7 },
    {
      title: 'averages a conv1d filter over width and input channels',
      input: [
        [[1], [3]],
        [[5], [7]],
      ],
      expected: [
        [[-3], [-1]],
        [[1], [3]],
      ],
    },
  ])('$title', ({ input, expected }) => {
    expect(clipVariable(centralize(), [input])).toEqual([closeTo(expected)]);
  });

  it.each([
    { title: 'a scalar', input: 5 },
    { title: 'a vector', input: [1, 2, 3] },
    { title: 'units with one weight each', input: [[1, 2, 3]] },
    { title: 'filters of one weight each', input: [[[1, 2, 3]]] },
  ])('returns exactly the same values for $title', ({ input }) => {
    expect(clipVariable(centralize(), [input])).toEqual([input]);
  });

  // optax and kozistr/pytorch_optimizer take the mean over the last axes, which suits kernels whose first axis is the output.
  it('takes the mean over the inputs of a unit, not over the outputs of an input', () => {
    expect(
      clipVariable(centralize(), [
        [
          [0, 10],
          [2, 10],
        ],
      ]),
    ).toEqual([
      closeTo([
        [-1, 0],
        [1, 0],
      ]),
    ]);
  });

  it.each(['cpu', 'wasm'])(
    'computes the exact mean of a long column on %s, where a float32 sum drifts',
    async (backend) => {
      await setBackend(backend);
      const largest = tidy(() => {
        const gradients = { w: tensor(new Float32Array(1_000_000).fill(0.1), [1_000_000, 1]) };
        const clipped = centralize().clip(gradients, {}, { step: 0, parameters: gradients }).gradients['w']!;
        return max(abs(clipped)).dataSync()[0];
      });
      await setBackend('cpu');
      expect(largest).toBe(0);
    },
  );

  it('rejects any option', () => {
    expect(() => centralize({ axes: [0] } as never)).toThrow('`centralize` takes no options; received `axes`.');
  });
});
