import { describe, expect, it } from 'vitest';
import { median } from '../bench/measure.ts';
import { readBenchResults, readRecurrentResults } from '../bench/results.ts';
import { measureTargets } from '../bench/targets.ts';

describe('the committed benchmark results', () => {
  const results = readBenchResults();

  it.each([results, readRecurrentResults()])('name the machine and the versions', ({ environment }) => {
    expect(Object.keys(environment)).toEqual(expect.arrayContaining(['node', 'tfjs', 'cpu', 'cores', 'load', 'date']));
  });

  it('cover each set of tensors on wasm and cpu', () => {
    const sets = results.kernels.map(({ backend, set }) => `${backend} ${set}`);
    expect([...new Set(sets)].sort()).toEqual(['cpu A', 'cpu B', 'cpu C', 'wasm A', 'wasm B', 'wasm C']);
  });

  it('contain the targets computed from their times', () => {
    expect(results.version).toBe(1);
    expect(results.targets).toEqual(measureTargets(results.kernels, results.training));
    for (const { measured } of results.targets) expect(measured).toBeGreaterThan(0);
  });
});

it.each([
  [[5, 1, 3], 3],
  [[4, 1, 2, 3], 3],
  [[], NaN],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});
