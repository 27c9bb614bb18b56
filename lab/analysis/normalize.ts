import type { Contender, Contest } from './contests.ts';
import { shownRow } from './findings.ts';

/**
 * Normalizes the test scores of a network: 0 is the baseline or worse, 1 is the best median of any contender.
 *
 * @returns the scores of each contender, one per seed; undefined if no median beats the baseline
 */
export function normalizeScores({ contenders }: Contest): Map<Contender, number[]> | undefined {
  const lead = (score: number, { better, baseline }: { better: string; baseline: number }): number =>
    better === 'lower' ? baseline - score : score - baseline;
  const leads = contenders.flatMap(({ best }) =>
    best?.metric.median == null ? [] : [lead(best.metric.median, best.metric)],
  );
  const largest = Math.max(0, ...leads);
  if (largest === 0) return undefined;
  return new Map(
    contenders.map((contender) => {
      const { metric } = shownRow(contender);
      const normalized = metric.scores.map((score) =>
        score === null ? 0 : Math.max(0, lead(score, metric) / largest),
      );
      return [contender, normalized];
    }),
  );
}
