import { describe, expect, it } from 'vitest';
import { bootstrapInterval, compareBySeed } from '../../lab/analysis/statistics.ts';

describe('the bootstrap interval of a median', () => {
  it('is the same every time, lies within the values and contains the median', () => {
    const values = [5, 1, 4, 2, 3];
    const [low, high] = bootstrapInterval(values);
    expect(bootstrapInterval(values)).toEqual([low, high]);
    expect(low).toBeGreaterThanOrEqual(1);
    expect(high).toBeLessThanOrEqual(5);
    expect(low).toBeLessThan(3);
    expect(high).toBeGreaterThan(3);
  });

  it('is the full range for three values, because the smallest is the median of 7 of 27 resamples', () => {
    expect(bootstrapInterval([10, 20, 30])).toEqual([10, 30]);
  });

  it('narrows like 1/√n as the number of values grows', () => {
    const width = (count: number): number => {
      const [low, high] = bootstrapInterval(Array.from({ length: count }, (_, i) => ((i * 37) % count) / count));
      return high - low;
    };
    expect(width(400) / width(25)).toBeGreaterThan(0.15);
    expect(width(400) / width(25)).toBeLessThan(0.4);
  });

  it('is a point if all values are equal', () => {
    expect(bootstrapInterval([7, 7, 7])).toEqual([7, 7]);
  });
});

describe('a paired comparison', () => {
  const scores = (...values: (number | null)[]) => new Map(values.map((value, seed) => [seed, value]));

  it('compares seed by seed, in the direction of the metric', () => {
    const [a, b] = [scores(1, 2, 5), scores(2, 4, 4)];
    expect(compareBySeed(a, b, 'lower')).toMatchObject({ better: 2, worse: 1, equal: 0, median: 1, interval: [-1, 2] });
    expect(compareBySeed(a, b, 'higher')).toMatchObject({ better: 1, worse: 2, equal: 0, median: -1 });
  });

  it('ranks a diverged run below every score and excludes it from the size of the gain', () => {
    expect(compareBySeed(scores(1, 2, null), scores(null, 3, null), 'lower')).toMatchObject({
      better: 2,
      worse: 0,
      equal: 1,
      median: 1,
    });
    expect(compareBySeed(scores(null), scores(1), 'higher')).toMatchObject({ better: 0, worse: 1, median: null });
  });

  it('uses only the seeds that both sides have', () => {
    const other = new Map([
      [1, 3],
      [9, 0],
    ]);
    expect(compareBySeed(scores(1, 2), other, 'lower')).toMatchObject({ better: 1, worse: 0, equal: 0 });
  });
});
