import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keptRecurrentRuns, keptRuns } from '../bench/kept.ts';
import { median } from '../bench/measure.ts';
import { filled, tablesOf } from '../bench/tables.ts';
import { targets } from '../bench/targets.ts';

const folder = new URL('../bench/results/', import.meta.url);
const runs = keptRuns(folder);

describe('the committed results of the benchmark', () => {
  it.each(runs)('are whole, and name where they come from: run of $environment.date', (results) => {
    expect(results.version).toBe(1);
    expect(Object.keys(results.environment)).toEqual(
      expect.arrayContaining(['node', 'tfjs', 'platform', 'cpu', 'cores', 'load', 'date']),
    );
    const sets = results.kernels.map(({ backend, set }) => `${backend} ${set}`);
    expect([...new Set(sets)].sort()).toEqual(['cpu A', 'cpu B', 'cpu C', 'wasm A', 'wasm B', 'wasm C']);
    // Ratios are of medians of one process, so they follow from the times beside them.
    expect(results.promised).toEqual(targets(results.kernels, results.training));
    for (const { measured } of results.promised) expect(measured).toBeGreaterThan(0);
  });

  it.each(['README.md', 'docs/guide/what-it-costs.md', 'docs/guide/fused-layers.md'])('are what %s says', (page) => {
    const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
    const tables = tablesOf(runs, keptRecurrentRuns(folder));
    expect(text).toMatch(/<!-- bench: /);
    // `npm run bench:docs` writes them.
    expect(text).toBe(filled(text, tables));
  });

  it('have a table for every place that a page asks for', () => {
    expect(() => filled('<!-- bench: speed -->\n\n<!-- /bench -->', {})).toThrow('The bench has no table speed');
  });

  it('rest on medians', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 2, 3])).toBe(3);
    expect(median([])).toBeNaN();
  });
});
