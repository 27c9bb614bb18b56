import { ClippingError } from 'gradclip';
import { perLayer } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws, testLawsWith } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/per-layer.ts';
import { itAgreesWith } from '../support/agreement.ts';
import { inTurn } from '../support/clip-steps.ts';

testLaws(perLayer, { oracle });
testLawsWith(perLayer, { oracle, options: { maxNorm: 2, layers: { 'lstm*': 0.25, dense: Infinity } } });

// The kernel (3, 0) and the bias (4) of the layer are 5 together.
const given = { 'lstm/kernel': [3, 0], 'lstm/bias': [4], 'dense/kernel': [6, 8], gain: 1 };

describe('perLayer', () => {
  itAgreesWith(perLayer, oracle, [
    { layers: { embedding: 0, 'conv*': 0.1 } },
    { ord: 1 },
    { ord: 'inf', maxNorm: 0.3 },
    { ord: 2.5 },
  ]);

  it.each([
    {
      about: 'kernel and bias together: 5 → 2.5, 10 → 2.5; what has no layer is one',
      options: { maxNorm: 2.5 },
      expected: { 'lstm/kernel': [1.5, 0], 'lstm/bias': [2], 'dense/kernel': [1.5, 2], gain: 1 },
    },
    {
      about: 'a layer of its own threshold',
      options: { maxNorm: 2.5, layers: { dense: 5 } },
      expected: { 'lstm/kernel': [1.5, 0], 'lstm/bias': [2], 'dense/kernel': [3, 4], gain: 1 },
    },
    {
      about: 'the first glob that fits decides',
      options: { maxNorm: 1, layers: { 'lst*': 5, 'lstm*': 0, '*': 2.5 } },
      expected: { 'lstm/kernel': [3, 0], 'lstm/bias': [4], 'dense/kernel': [1.5, 2], gain: 1 },
    },
    {
      about: 'a layer that is let through, one that is held',
      options: { layers: { lstm: Infinity, dense: 0, gain: 0.5 } },
      expected: { 'lstm/kernel': [3, 0], 'lstm/bias': [4], 'dense/kernel': [0, 0], gain: 0.5 },
    },
    {
      about: 'by the largest magnitude: 4 → 2, 8 → 2',
      options: { maxNorm: 2, ord: 'inf' as const },
      expected: { 'lstm/kernel': [1.5, 0], 'lstm/bias': [2], 'dense/kernel': [1.5, 2], gain: 1 },
    },
  ])('$about', ({ options, expected }) => {
    expect(inTurn(perLayer(options), [given])[0]?.gradients).toEqual(expected);
  });

  it('goes by a layer’s whole name: stacked cells are layers of their own', () => {
    const stacked = { 'rnn/cell_0/kernel': [3, 4], 'rnn/cell_1/kernel': [6, 8] };
    expect(inTurn(perLayer({ layers: { 'rnn/cell_1': 5 }, maxNorm: 2.5 }), [stacked])[0]?.gradients).toEqual({
      'rnn/cell_0/kernel': [1.5, 2],
      'rnn/cell_1/kernel': [3, 4],
    });
  });

  it('lists the layers when a glob fits none', () => {
    expect(() => inTurn(perLayer({ layers: { 'gru*': 1 } }), [given])).toThrow(
      new ClippingError(
        'bad-option',
        '`per-layer({ layers })`: the glob `gru*` matches no layer; the layers are lstm, dense, gain.',
      ),
    );
  });

  it.each([
    [{ maxNorm: -1 }, '`per-layer({ maxNorm })` must be a number from 0 to Infinity; received -1.'],
    [
      { layers: { lstm: -1 } },
      '`per-layer({ layers })` must be an object of numbers from 0 to Infinity; received {"lstm":-1}.',
    ],
  ])('refuses %o', (options, message) => {
    expect(() => perLayer(options)).toThrow(new ClippingError('bad-option', message));
  });
});
