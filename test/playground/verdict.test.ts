// What is said about runs agrees with their numbers at every step.
import type { EndRecord, StepLine } from 'gradclip-lab/browser';
import { describe, expect, it } from 'vitest';
import { logarithmicMarks, markText } from '../../playground/src/axes.ts';
import { clauseOf, clipRateOf, sentenceOf, shortText, verdictOf } from '../../playground/src/verdict.ts';

function steps(losses: readonly number[], part: (step: number) => Partial<StepLine> = () => ({})): StepLine[] {
  return losses.map((loss, step) => {
    const line = {
      type: 'step',
      step,
      loss,
      normBefore: 1,
      normAfter: 1,
      clipped: false,
      skipped: false,
      ...part(step),
    };
    return line as unknown as StepLine;
  });
}

const bounds = { guess: 4, limit: 8 };
const BITS = 'bits per character';
// Noise that is the same in every test, and has no trend.
const noise = (step: number): number => 0.1 * Math.sin(12.9898 * (step + 1) ** 2);
const series = (count: number, at: (step: number) => number): number[] =>
  Array.from({ length: count }, (_, step) => at(step) + noise(step));

const meanOf = (losses: readonly number[]): number => losses.reduce((sum, loss) => sum + loss, 0) / losses.length;

function said(losses: readonly number[], end?: Partial<EndRecord>, norms?: readonly number[]): string {
  const flows = norms === undefined ? [] : [{ step: 0, norms }];
  const verdict = verdictOf({ lines: steps(losses), flows, end: end as EndRecord | undefined }, bounds);
  return clauseOf(verdict, bounds, BITS);
}

describe('the clause about a run', () => {
  it.each([
    ['no step', [], 'has not begun'],
    ['a few steps', series(5, () => 5), /^is at 5\.\d\d bits$/],
    ['a loss that falls below guessing', series(60, (step) => 6 - 0.06 * step), /^is at \d\.\d\d bits and falling$/],
    [
      'a loss that falls, above guessing',
      series(30, (step) => 6 - 0.02 * step),
      /^is at 5\.\d\d bits and falling, but not yet better than guessing \(4\.00\)$/,
    ],
    ['a loss that stays below guessing', series(60, () => 3), /^stays around 3\.\d\d bits$|^stays around 2\.9\d bits$/],
    ['a loss that rises, below guessing', series(60, (step) => 1 + 0.03 * step), /^is at 2\.\d\d bits and rising$/],
    ['a loss like that of guessing', series(60, () => 4), /^is no better than guessing \([34]\.\d\d against 4\.00\)$/],
    ['a loss above that of guessing', series(60, () => 5), /^is at (5|4)\.\d\d bits, worse than guessing \(4\.00\)$/],
    ['a loss beyond the limit', [...series(20, () => 5), 33.3], 'is at 33.3 bits, far above guessing (4.00)'],
    ['a loss that is not a number', [5, NaN], 'is at NaN bits, far above guessing (4.00)'],
  ] as const)('is true of %s', (_what, losses, clause) => {
    expect(said(losses)).toMatch(clause);
  });

  it('calls a gradient vanishing only where the network learns nothing', () => {
    const vanished = [1e-12, 1e-6, 1];
    expect(
      said(
        series(60, () => 4),
        undefined,
        vanished,
      ),
    ).toMatch(/because its gradient vanishes/);
    expect(
      said(
        series(60, () => 3),
        undefined,
        vanished,
      ),
    ).toMatch(/^stays around/);
    expect(
      said(
        series(60, () => 4),
        undefined,
        [0.5, 1, 1],
      ),
    ).not.toMatch(/vanish/);
  });

  it('says how a run ended', () => {
    expect(
      said(
        series(60, () => 3),
        { outcome: 'finished' },
      ),
    ).toMatch(/^finished at [23]\.\d\d bits$/);
    expect(
      said(
        series(60, () => 5),
        { outcome: 'finished' },
      ),
    ).toMatch(/^finished at [45]\.\d\d bits, worse than guessing/);
    const end = { outcome: 'diverged', divergedAt: 12 } as EndRecord;
    const losses = series(13, (step) => 5 + 3 * step);
    const grown = steps(losses, (step) => ({ normBefore: 1 + 2 * step }));
    expect(shortText(verdictOf({ lines: grown, flows: [], end }, bounds))).toBe('exploded, step 12');
    expect(shortText(verdictOf({ lines: steps(losses), flows: [], end }, bounds))).toBe('diverged, step 12');
  });

  it('agrees with the numbers at every step of a run that falls, jumps and falls again', () => {
    const losses = series(400, (step) => (step > 150 && step < 170 ? 12 : 2 + 4 * 0.98 ** step));
    for (let count = 1; count <= losses.length; count += 1) {
      const seen = losses.slice(0, count);
      const mean = meanOf(seen.slice(-20));
      const clause = said(seen);
      if (clause.includes('far above')) expect(seen.at(-1)).toBeGreaterThan(bounds.limit);
      else expect(seen.at(-1)).toBeLessThanOrEqual(bounds.limit);
      if (/bits and falling$|^stays/.test(clause)) expect(mean).toBeLessThan(bounds.guess);
      if (clause.includes('worse than')) expect(mean).toBeGreaterThan(bounds.guess);
      const later = seen.slice(-Math.min(200, Math.max(10, Math.floor(count / 2))));
      const half = later.length / 2;
      if (clause.includes('falling')) expect(meanOf(later.slice(half))).toBeLessThan(meanOf(later.slice(0, half)));
    }
  });
});

describe('the sentence', () => {
  const judged = (losses: readonly number[], norms?: readonly number[]) =>
    verdictOf({ lines: steps(losses), flows: norms ? [{ step: 0, norms }] : [], end: undefined }, bounds);

  it('names each run, and says once what is the same for all', () => {
    const apart = [
      { subject: 'Without clipping', verdict: { kind: 'exploded', step: 12 } as const },
      { subject: 'Clipped at 0.25', verdict: judged(series(60, (step) => 6 - 0.06 * step)) },
    ];
    expect(sentenceOf(apart, bounds, BITS)).toMatch(
      /^Same network, same data\. Without clipping it exploded at step 12\. Clipped at 0\.25 it is at \d\.\d\d bits and falling\.$/,
    );
    const alike = ['Without clipping', 'Clipped at 1'].map((subject) => ({
      subject,
      verdict: judged(
        series(60, () => 4),
        [0, 1],
      ),
    }));
    expect(sentenceOf(alike, bounds, 'cross-entropy in nats')).toBe(
      'Same network, same data. With and without clipping it is no better than guessing, because its gradient vanishes. ' +
        'Clipping only shortens gradients, so it cannot help here.',
    );
  });
});

describe('the clip rate', () => {
  it('is that of the last 20 steps, and counts skipped ones', () => {
    const lines = steps(new Array<number>(100).fill(1), (step) => ({ clipped: step < 80 || step % 2 === 0 }));
    expect(clipRateOf(lines)).toBe(0.5);
    expect(clipRateOf(steps([1, 1, 1, 1], (step) => ({ skipped: step === 3 })))).toBe(0.25);
    expect(clipRateOf([])).toBeNaN();
  });
});

describe('the marks of a logarithmic axis', () => {
  it.each([
    [1e-13, 1, ['10⁻¹²', '10⁻⁹', '10⁻⁶', '0.001', '1']],
    [1e-300, 1e-290, ['10⁻³⁰⁰', '10⁻²⁹⁸', '10⁻²⁹⁶', '10⁻²⁹⁴', '10⁻²⁹²', '10⁻²⁹⁰']],
    [0.9, 25, ['1', '2', '5', '10', '20']],
    [2, 4, ['2', '3', '4']],
  ])('from %d to %d are few and round', (low, high, texts) => {
    expect(logarithmicMarks(low, high).map(markText)).toEqual(texts);
  });
});
