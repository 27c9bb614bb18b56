import { describe, expect, it } from 'vitest';
import {
  estimate,
  improvementProbability,
  interquartileMean,
  performanceProfile,
} from '../../lab/analysis/aggregate.ts';
import { adjustByHolm, compareBySeed, medianInterval, signFlipTest } from '../../lab/analysis/statistics.ts';
import { randomNumbers } from '../../lab/random.ts';

const count = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

describe('the interval of a median', () => {
  it.each([
    [6, 1, 6],
    [8, 1, 8],
    [9, 2, 8],
    [10, 2, 9],
    [12, 3, 10],
    [20, 6, 15],
  ])('of %i values has the ends that the tables of the sign test list: %i and %i', (n, low, high) => {
    expect(medianInterval(count(n))).toEqual({ low, high, isRange: false });
  });

  it('is only the range below six values, which contain the median in less than 95 % of samples', () => {
    for (const n of [1, 2, 3, 4, 5]) expect(medianInterval(count(n))).toEqual({ low: 1, high: n, isRange: true });
  });

  it('covers the true median in at least 95 % of samples', () => {
    for (const n of [6, 8, 10, 15]) {
      const u = randomNumbers(4000 * n, 'coverage', n);
      const covered = count(4000).filter((trial) => {
        // Skewed, with median ln 2.
        const sample = [...u.subarray((trial - 1) * n, trial * n)].map((one) => -Math.log(1 - one));
        const { low, high } = medianInterval(sample);
        return low <= Math.LN2 && high >= Math.LN2;
      });
      expect(covered.length / 4000).toBeGreaterThan(0.945);
    }
  });

  it('ends at infinity if a diverged run lies on the end', () => {
    expect(medianInterval([1, 2, 3, 4, 5, Infinity]).high).toBe(Infinity);
  });
});

describe('the sign-flip test', () => {
  it.each([6, 8, 10])('has the smallest p-value 2/2ⁿ if all of %i differences have one sign', (n) => {
    expect(signFlipTest(count(n))).toBeCloseTo(2 / 2 ** n, 12);
    expect(signFlipTest(count(n).map((one) => -one))).toBeCloseTo(2 / 2 ** n, 12);
  });

  it('gives the published p-values of the signed-rank test', () => {
    // Wilcoxon's critical values at the two-sided 5 % level: T = 2 for n = 7, 3 for 8 and 8 for 10.
    const withNegativeRanks = (n: number, ranks: readonly number[]): number[] =>
      count(n).map((rank) => (ranks.includes(rank) ? -rank : rank));
    expect(signFlipTest(withNegativeRanks(7, [2]))).toBeCloseTo(0.046875, 12);
    expect(signFlipTest(withNegativeRanks(8, [3]))).toBeCloseTo(0.0390625, 12);
    expect(signFlipTest(withNegativeRanks(10, [8]))).toBeCloseTo(0.048828125, 12);
  });

  it('equals the share of all signs that give a more extreme sum of ranks, with ties and zeros', () => {
    const differences = [0, 1, -1, 2, 2, 2, -3, 0, 5];
    const ranks = [0, 3.5, 3.5, 6, 6, 6, 8, 0, 9];
    const observed = Math.abs(ranks.reduce((sum, rank, index) => sum + Math.sign(differences[index]!) * rank, 0));
    let extreme = 0;
    for (let signs = 0; signs < 2 ** 9; signs += 1) {
      const sum = ranks.reduce((total, rank, index) => total + ((signs >> index) & 1 ? rank : -rank), 0);
      if (Math.abs(sum) >= observed) extreme += 1;
    }
    expect(signFlipTest(differences)).toBeCloseTo(extreme / 2 ** 9, 12);
  });

  it('is 1 if nothing differs', () => {
    expect(signFlipTest([])).toBe(1);
    expect(signFlipTest([0, 0, 0])).toBe(1);
  });

  it('ranks infinite differences highest', () => {
    expect(signFlipTest([1, 2, 3, 4, 5, Infinity])).toBeCloseTo(2 / 64, 12);
    expect(signFlipTest([1, 2, 3, 4, 5, -Infinity])).toBeGreaterThan(0.2);
  });
});

describe("Holm's adjustment", () => {
  it('multiplies the smallest p-value by the number of tests, the next by one less, and stays monotone', () => {
    const adjusted = adjustByHolm([0.04, 0.01, 0.03, 0.005]);
    [0.06, 0.03, 0.06, 0.02].forEach((p, index) => expect(adjusted[index]).toBeCloseTo(p, 12));
    expect(adjustByHolm([0.9, 0.8])).toEqual([1, 1]);
    expect(adjustByHolm([])).toEqual([]);
  });
});

describe('a paired comparison', () => {
  const scores = (...values: (number | null)[]) => new Map(values.map((value, seed) => [seed, value]));

  it('compares seed by seed, in the direction of the metric', () => {
    const [a, b] = [scores(1, 2, 5), scores(2, 4, 4)];
    const interval = { low: -1, high: 2, isRange: true };
    expect(compareBySeed(a, b, 'lower')).toMatchObject({ better: 2, worse: 1, equal: 0, gain: 1, interval });
    expect(compareBySeed(a, b, 'higher')).toMatchObject({ better: 1, worse: 2, equal: 0, gain: -1 });
  });

  it('counts a diverged run as worse than every score, and two diverged runs as equal', () => {
    expect(compareBySeed(scores(1, 2, null), scores(null, 3, null), 'lower')).toMatchObject({
      better: 2,
      worse: 0,
      equal: 1,
      gain: 1,
    });
    expect(compareBySeed(scores(null), scores(1), 'higher')).toMatchObject({ better: 0, worse: 1, gain: -Infinity });
  });

  it('uses only the seeds that both sides have', () => {
    const other = new Map([
      [1, 3],
      [9, 0],
    ]);
    expect(compareBySeed(scores(1, 2), other, 'lower')).toMatchObject({ better: 1, worse: 0, equal: 0 });
  });
});

describe('aggregates over networks', () => {
  it('include the mean of the middle half of all runs', () => {
    expect(interquartileMean([count(4), [5, 6, 7, 8]])).toBe(4.5);
    // The middle half of five values is the third one and 0.75 of its neighbours.
    expect(interquartileMean([[0, 1, 10, 100, 1000]])).toBeCloseTo((0.75 * 1 + 10 + 0.75 * 100) / 2.5, 12);
  });

  it('include the mean probability of improvement, in which ties count half', () => {
    expect(improvementProbability([[2, 3], [1]], [[1, 2], [1]])).toBeCloseTo((3.5 / 4 + 0.5) / 2, 12);
  });

  it('include the share of runs above each level', () => {
    expect(
      performanceProfile(
        [
          [0, 0.5],
          [1, 1],
        ],
        [0, 0.5, 1],
      ),
    ).toEqual([0.75, 0.5, 0]);
  });

  it('have a bootstrap interval that keeps every network', () => {
    const { value, low, high } = estimate(interquartileMean, [
      [1, 1, 1, 1],
      [2, 3, 4, 5],
    ]);
    expect(value).toBe(interquartileMean([[1, 1, 1, 1, 2, 3, 4, 5]]));
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
    expect(estimate(interquartileMean, [[1], [3]])).toEqual({ value: 2, low: 2, high: 2 });
  });

  it('agree with a trimmed mean, with pairs that are counted, and with an interval over all samples', () => {
    const networks = [count(7).map((one) => one ** 2), count(5).map((one) => 3 * one), [1, 8]];
    // The trimmed mean of every score four times, which a quarter can be cut off.
    const fourfold = networks
      .flat()
      .flatMap((one) => [one, one, one, one])
      .toSorted((a, b) => a - b);
    const middle = fourfold.slice(14, 42);
    const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
    expect(interquartileMean(networks)).toBeCloseTo(mean(middle), 12);

    // Mann-Whitney's U from the rank sum of the first sample, divided by the number of pairs.
    const others = [count(7).map((one) => 40 - one ** 2), [1, 2, 9, 14], [8, 8, 0]];
    const byRanks = networks.map((own, index) => {
      const all = [...own, ...others[index]!];
      const rankOf = (one: number): number =>
        all.filter((other) => other < one).length + (all.filter((other) => other === one).length + 1) / 2;
      const rankSum = own.reduce((sum, one) => sum + rankOf(one), 0);
      return (rankSum - (own.length * (own.length + 1)) / 2) / (own.length * others[index]!.length);
    });
    expect(improvementProbability(networks, others)).toBeCloseTo(mean(byRanks), 12);

    // Two networks of two and three seeds have 2² · 3³ samples.
    const small = [
      [0, 1],
      [2, 5, 11],
    ] as const;
    const samples = [0, 1].flatMap((a) =>
      [0, 1].flatMap((b) =>
        [0, 1, 2].flatMap((c) =>
          [0, 1, 2].flatMap((d) =>
            [0, 1, 2].map((e) => [small[0][a]!, small[0][b]!, small[1][c]!, small[1][d]!, small[1][e]!]),
          ),
        ),
      ),
    );
    const iqms = samples.map((sample) => interquartileMean([sample])).toSorted((a, b) => a - b);
    expect(iqms).toHaveLength(108);
    const { low, high } = estimate(interquartileMean, small);
    // 1,000 of the samples give a quantile that lies near the exact one.
    const shareBelow = (end: number): number => iqms.filter((one) => one < end).length / 108;
    const shareUpTo = (end: number): number => iqms.filter((one) => one <= end).length / 108;
    expect(shareBelow(low)).toBeLessThan(0.04);
    expect(shareUpTo(low)).toBeGreaterThan(0.01);
    expect(shareBelow(high)).toBeLessThan(0.99);
    expect(shareUpTo(high)).toBeGreaterThan(0.96);
  });
});
