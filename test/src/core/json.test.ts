import { describe, expect, it } from 'vitest';
import { toJson } from '../../../src/core/json.ts';

describe('toJson', () => {
  it.each([
    { value: { maxNorm: 2, ord: 'inf' }, json: '{"maxNorm":2,"ord":"inf"}' },
    { value: { min: -Infinity, max: Infinity }, json: '{"min":"-Infinity","max":"Infinity"}' },
    {
      value: { layers: { lstm: Infinity }, axes: [0, -1], skip: null },
      json: '{"layers":{"lstm":"Infinity"},"axes":[0,-1],"skip":null}',
    },
  ])('writes $json', ({ value, json }) => {
    expect(toJson(value)).toBe(json);
  });
});
