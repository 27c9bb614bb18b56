import { describe, expect, it } from 'vitest';
import { parseStrategies } from '../../lab/cli/strategy-syntax.ts';

describe('strategies on the command line', () => {
  it.each([
    { words: ['none'], specs: [{ id: 'none' }] },
    { words: ['none,per-value'], specs: [{ id: 'none' }, { id: 'per-value' }] },
    { words: ['global-norm:maxNorm=0.25'], specs: [{ id: 'global-norm', options: { maxNorm: 0.25 } }] },
    {
      words: ['per-value:min=-1,max=1', 'none'],
      specs: [{ id: 'per-value', options: { min: -1, max: 1 } }, { id: 'none' }],
    },
    {
      words: ['global-norm:maxNorm=1,ord=inf,per-value:maxAbs=2,none'],
      specs: [
        { id: 'global-norm', options: { maxNorm: 1, ord: 'inf' } },
        { id: 'per-value', options: { maxAbs: 2 } },
        { id: 'none' },
      ],
    },
    {
      words: ['{"id":"chain","options":{"strategies":[{"id":"none"}]}}'],
      specs: [{ id: 'chain', options: { strategies: [{ id: 'none' }] } }],
    },
  ])('parses $words', ({ words, specs }) => {
    expect(parseStrategies(words)).toEqual(specs);
  });

  it.each([
    ['none,,per-value', '`none,,per-value` contains a strategy without an id. Write id:option=value,option=value.'],
    ['global-norm:maxNorm', '`maxNorm` is not an option. Write id:option=value,option=value.'],
    ['{"id":3}', 'Expected a strategy as {"id": "…", "options": {…}}; received {"id":3}.'],
    ['{id:none}', '`{id:none}` is not valid JSON: '],
  ])('rejects %s', (word, message) => {
    expect(() => parseStrategies([word])).toThrow(message);
  });
});
