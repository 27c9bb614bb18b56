import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { perTensor, type GrowthRow } from '../../bench/growth.ts';
import type { KernelRow } from '../../bench/kernels.ts';
import { median } from '../../bench/measure.ts';
import { targets, type Target } from '../../bench/targets.ts';
import type { TrainingRow } from '../../bench/training.ts';

interface Results {
  readonly version: number;
  readonly environment: Readonly<Record<string, unknown>>;
  readonly kernels: readonly KernelRow[];
  readonly training: readonly TrainingRow[];
  readonly growth: readonly GrowthRow[];
  readonly promised: readonly Target[];
}

const file = new URL('../../bench/results/latest.json', import.meta.url);

describe('the committed results of the benchmark', () => {
  it('are whole, and name where they come from', () => {
    const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
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

  it('are what the guide says of the cost of one tensor', () => {
    const { growth } = JSON.parse(readFileSync(file, 'utf8')) as Results;
    const guide = readFileSync(new URL('../../docs/guide/what-it-costs.md', import.meta.url), 'utf8');
    for (const [method, title] of [
      ['gradclip, not clipping', 'not clipping'],
      ['gradclip, clipping', 'clipping'],
      ['usual tfjs idiom', 'the usual tfjs idiom'],
    ] as const) {
      const [wasm, cpu] = ['wasm', 'cpu'].map((backend) => perTensor(growth, backend, method).toFixed(1));
      expect(guide).toContain(`| ${title} | ${wasm} µs | ${cpu} µs |`);
    }
  });

  it('rest on medians', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 2, 3])).toBe(3);
    expect(median([])).toBeNaN();
  });
});
