import { describe, expect, it } from 'vitest';
import { bootstrapInterval, compareBySeed } from '../../lab/analysis/statistics.ts';

describe('the bootstrap interval of a median', () => {
  it('is the same every time, lies within the values and holds the median', () => {
    const values = [5, 1, 4, 2, 3];
    const [low, high] = bootstrapInterval(values);
    expect(bootstrapInterval(values)).toEqual([low, high]);
    expect(low).toBeGreaterThanOrEqual(1);
    expect(high).toBeLessThanOrEqual(5);
    expect(low).toBeLessThan(3);
    expect(high).toBeGreaterThan(3);
  });

  it('is the range for three values, as in 7 of 27 resamples the smallest is the median', () => {
    expect(bootstrapInterval([10, 20, 30])).toEqual([10, 30]);
  });

  it('narrows as values become more, as 1/√n does', () => {
    const width = (count: number): number => {
      const [low, high] = bootstrapInterval(Array.from({ length: count }, (_, i) => ((i * 37) % count) / count));
      return high - low;
    };
    expect(width(400) / width(25)).toBeGreaterThan(0.15);
    expect(width(400) / width(25)).toBeLessThan(0.4);
  });

  it('of equal values is a point', () => {
    expect(bootstrapInterval([7, 7, 7])).toEqual([7, 7]);
  });
});

describe('a paired comparison', () => {
  const scores = (...values: (number | null)[]) => new Map(values.map((value, seed) => [seed, value]));

  it('goes seed by seed, in the direction of the metric', () => {
    const [a, b] = [scores(1, 2, 5), scores(2, 4, 4)];
    expect(compareBySeed(a, b, 'lower')).toMatchObject({ better: 2, worse: 1, equal: 0, median: 1, interval: [-1, 2] });
    expect(compareBySeed(a, b, 'higher')).toMatchObject({ better: 1, worse: 2, equal: 0, median: -1 });
  });

  it('counts a diverged run as worse than any score, and keeps it out of the size of the gain', () => {
    expect(compareBySeed(scores(1, 2, null), scores(null, 3, null), 'lower')).toMatchObject({
      better: 2,
      worse: 0,
      equal: 1,
      median: 1,
    });
    expect(compareBySeed(scores(null), scores(1), 'higher')).toMatchObject({ better: 0, worse: 1, median: null });
  });

  it('takes only the seeds that both have', () => {
    const other = new Map([
      [1, 3],
      [9, 0],
    ]);
    expect(compareBySeed(scores(1, 2), other, 'lower')).toMatchObject({ better: 1, worse: 0, equal: 0 });
  });
});
