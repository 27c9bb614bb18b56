import { abs, max, setBackend, tensor, tidy } from '@tensorflow/tfjs-core';
import { centralize } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { conditions } from '../support/laws/conditions.ts';
import { oracle } from '../support/oracles/centralize.ts';
import { clippedInTurn, nearly } from '../support/clip-steps.ts';

testLaws(centralize, {
  oracle,
  // What is left of a column of nearly equal numbers is as exact as these were.
  relativeTo: 'given',
  ...conditions.centralize,
});

describe('centralize', () => {
  it.each([
    {
      about: 'a kernel: each column sums to 0',
      given: [
        [1, 5],
        [3, 5],
      ],
      expected: [
        [-1, 0],
        [1, 0],
      ],
    },
    { about: 'a row of one: untouched, or it would never learn', given: [[1, 2, 3]], expected: [[1, 2, 3]] },
    { about: 'a column: its mean is 2', given: [[1], [2], [3]], expected: [[-1], [0], [1]] },
    { about: 'a bias: untouched', given: [1, 2, 3], expected: [1, 2, 3] },
    { about: 'a scalar: untouched', given: 7, expected: 7 },
    {
      about: 'conv1d: over width and input',
      given: [
        [[1], [3]],
        [[5], [7]],
      ],
      expected: [
        [[-3], [-1]],
        [[1], [3]],
      ],
    },
  ])('$about', ({ given, expected }) => {
    expect(clippedInTurn(centralize(), [given])).toEqual([nearly(expected)]);
  });

  it.each([
    { about: 'a scalar', given: 5 },
    { about: 'a vector', given: [1, 2, 3] },
    { about: 'units with one weight each', given: [[1, 2, 3]] },
    { about: 'filters of one weight each', given: [[[1, 2, 3]]] },
  ])('leaves $about alone', ({ given }) => {
    expect(clippedInTurn(centralize(), [given])).toEqual([given]);
  });

  // optax and kozistr/pytorch_optimizer take the mean over the last axes, as suits kernels that begin with the output.
  it('takes the mean of what leads to one unit, not of what leaves one input', () => {
    expect(
      clippedInTurn(centralize(), [
        [
          [0, 10],
          [2, 10],
        ],
      ]),
    ).toEqual([
      nearly([
        [-1, 0],
        [1, 0],
      ]),
    ]);
  });

  it.each(['cpu', 'wasm'])('finds the mean of a long column on %s, where a float32 sum drifts', async (backend) => {
    await setBackend(backend);
    const largest = tidy(() => {
      const gradients = { w: tensor(new Float32Array(1_000_000).fill(0.1), [1_000_000, 1]) };
      const clipped = centralize().clip(gradients, {}, { step: 0, parameters: gradients }).gradients['w']!;
      return max(abs(clipped)).dataSync()[0];
    });
    await setBackend('cpu');
    expect(largest).toBe(0);
  });

  it('takes no options', () => {
    expect(() => centralize({ axes: [0] } as never)).toThrow('`centralize` takes no options; received `axes`.');
  });
});
