import { ClippingError } from 'gradclip';
import { perLayer } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws, testLawsWith } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/per-layer.ts';
import { itMatchesOracle } from '../support/agreement.ts';
import { clipSteps, closeTo } from '../support/clip-steps.ts';
import { thrownBy } from '../support/fixtures.ts';

testLaws(perLayer, { oracle });
testLawsWith(perLayer, { oracle, options: { maxNorm: 2, layers: { 'lstm*': 0.25, dense: Infinity } } });

// The kernel (3, 0) and the bias (4) of the layer have a norm of 5 together.
const input = { 'lstm/kernel': [3, 0], 'lstm/bias': [4], 'dense/kernel': [6, 8], gain: 1 };

describe('perLayer', () => {
  itMatchesOracle(perLayer, oracle, [
    { layers: { embedding: 0, 'conv*': 0.1 } },
    { ord: 1 },
    { ord: 'inf', maxNorm: 0.3 },
    { ord: 2.5 },
  ]);

  it.each([
    {
      title: 'clips kernel and bias together and treats a variable without a layer as its own layer',
      options: { maxNorm: 2.5 },
      expected: { 'lstm/kernel': [1.5, 0], 'lstm/bias': [2], 'dense/kernel': [1.5, 2], gain: 1 },
    },
    {
      title: 'applies the threshold of a named layer',
      options: { maxNorm: 2.5, layers: { dense: 5 } },
      expected: { 'lstm/kernel': [1.5, 0], 'lstm/bias': [2], 'dense/kernel': [3, 4], gain: 1 },
    },
    {
      title: 'applies the first glob that matches',
      options: { maxNorm: 1, layers: { 'lst*': 5, 'lstm*': 0, '*': 2.5 } },
      expected: { 'lstm/kernel': [3, 0], 'lstm/bias': [4], 'dense/kernel': [1.5, 2], gain: 1 },
    },
    {
      title: 'accepts thresholds of Infinity and 0 for single layers',
      options: { layers: { lstm: Infinity, dense: 0, gain: 0.5 } },
      expected: { 'lstm/kernel': [3, 0], 'lstm/bias': [4], 'dense/kernel': [0, 0], gain: 0.5 },
    },
    {
      title: 'scales infinity norms of 4 and 8 down to 2',
      options: { maxNorm: 2, ord: 'inf' as const },
      expected: { 'lstm/kernel': [1.5, 0], 'lstm/bias': [2], 'dense/kernel': [1.5, 2], gain: 1 },
    },
  ])('$title', ({ options, expected }) => {
    expect(clipSteps(perLayer(options), [input])[0]?.gradients).toEqual(expected);
  });

  it('matches the whole layer name, so stacked cells are separate layers', () => {
    const stacked = { 'rnn/cell_0/kernel': [3, 4], 'rnn/cell_1/kernel': [6, 8] };
    expect(clipSteps(perLayer({ layers: { 'rnn/cell_1': 5 }, maxNorm: 2.5 }), [stacked])[0]?.gradients).toEqual({
      'rnn/cell_0/kernel': [1.5, 2],
      'rnn/cell_1/kernel': [3, 4],
    });
  });

  it('clips equally named layers of two models by their own norms', () => {
    const two = { 'head/kernel': [3, 0], 'head/bias': [0], 'head/kernel_1': [0, 4], 'head/bias_1': [0] };
    expect(clipSteps(perLayer(), [two])[0]?.gradients).toEqual({
      'head/kernel': [1, 0],
      'head/bias': [0],
      'head/kernel_1': [0, 1],
      'head/bias_1': [0],
    });
    // The first model trains its kernel alone.
    const { 'head/bias': _, ...frozen } = { ...two, 'head/bias_1': [3] };
    expect(clipSteps(perLayer(), [frozen])[0]?.gradients).toEqual({
      'head/kernel': [1, 0],
      'head/kernel_1': closeTo([0, 0.8]),
      'head/bias_1': closeTo([0.6]),
    });
    // One threshold by name for both.
    expect(clipSteps(perLayer({ layers: { head: 2 }, maxNorm: 1 }), [two])[0]?.gradients).toMatchObject({
      'head/kernel': [2, 0],
      'head/kernel_1': [0, 2],
    });
  });

  it('keeps the weights of one layer together if their names end in numbers', () => {
    const block = { 'mlp/kernel_1': [3], 'mlp/kernel_2': [4] };
    expect(clipSteps(perLayer(), [block])[0]?.gradients).toEqual({
      'mlp/kernel_1': closeTo([0.6]),
      'mlp/kernel_2': closeTo([0.8]),
    });
  });

  it('keeps the message short for a long glob and many layers', () => {
    const gradients = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`layer${index}/kernel`, [1]]));
    const step = (): unknown => clipSteps(perLayer({ layers: { ['x'.repeat(50_000)]: 1 } }), [gradients]);
    expect(step).toThrow(/matches no layer; the layers are layer0, layer1, .*layer7 and 492 more\.$/);
    expect((thrownBy(step) as Error).message.length).toBeLessThan(300);
  });

  it('lists the layers when a glob matches none', () => {
    expect(() => clipSteps(perLayer({ layers: { 'gru*': 1 } }), [input])).toThrow(
      new ClippingError(
        'bad-option',
        '`per-layer({ layers })`: the glob `gru*` matches no layer; the layers are lstm, dense, gain.',
      ),
    );
  });

  it('rejects an invalid option and names the valid range', () => {
    expect(() => perLayer({ maxNorm: -1 })).toThrow(
      new ClippingError('bad-option', '`per-layer({ maxNorm })` must be a number from 0 to Infinity; received -1.'),
    );
  });
});
