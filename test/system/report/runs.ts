import type { Run } from '../../../lab/run/record.ts';
import { runOf, stepLine } from '../../lab/fixtures.ts';

const STEPS = 30;

/** The gradient norm at a step: it shrinks, with occasional spikes. */
function normAt(step: number, rate: number, seed: number): number {
  return (rate * (step % 9 === seed % 9 ? 8 : 1)) / Math.sqrt(step + 1);
}

function losses(rate: number, seed: number, speed: number): number[] {
  return Array.from({ length: STEPS }, (_, step) => {
    const slope = speed * Math.sqrt(rate);
    return 2 + 2.4 * Math.exp(-slope * step) + 0.03 * Math.sin(step * seed);
  });
}

/** A comparison of two cells in which unclipped training diverges at the largest rate after a dozen steps. */
export function comparison(): Run[] {
  const strategies = [
    { id: 'none', options: {} },
    { id: 'global-norm', options: { maxNorm: 0.5, ord: 2 } },
    { id: 'adaptive-percentile', options: { percentile: 10 } },
  ];
  return ['rnn', 'lstm'].flatMap((cell) =>
    strategies.flatMap((strategy) =>
      [1, 3, 10].flatMap((learningRate) =>
        [1, 2].map((seed) => {
          const clips = strategy.id !== 'none';
          const lost = !clips && learningRate === 10;
          const speed = { none: -0.04 * Math.sign(learningRate - 5), 'global-norm': 0.06 }[strategy.id] ?? 0.05;
          const steps = losses(learningRate, seed, speed).map((loss, step) => {
            const normBefore = normAt(step, learningRate, seed);
            const normAfter = clips ? Math.min(0.5, normBefore) : normBefore;
            const own = { loss, normBefore, normAfter, clipped: normAfter < normBefore };
            return stepLine(step, clips ? { ...own, threshold: 0.5 } : own);
          });
          const taken = lost ? steps.slice(0, 12) : steps;
          const config = { cell, strategy, learningRate, seed, steps: STEPS };
          const end = lost
            ? ({ outcome: 'diverged', divergedAt: 12, score: 40 } as const)
            : { score: steps.at(-1)!.loss + 0.1 * seed };
          return runOf(config, end, taken);
        }),
      ),
    ),
  );
}

/** The records of `tune`: runs without clipping, runs that choose a threshold, and runs at the chosen one. */
export function tuning(): Run[] {
  const thresholds = [0.125, 0.25, 0.5, 1, 2];
  const strategies = [
    { id: 'none', options: {} },
    ...thresholds.map((maxNorm) => ({ id: 'global-norm', options: { maxNorm, ord: 2 } })),
  ];
  const chosen = strategies[3]!;
  const settings = strategies.map((strategy) => ({ strategy, isTuning: strategy.id !== 'none' }));
  return [...settings, { strategy: chosen, isTuning: false }].flatMap(({ strategy, isTuning }) =>
    [1, 2, 3].map((seed) => {
      const limit = 'maxNorm' in strategy.options ? (strategy.options.maxNorm as number) : Infinity;
      const steps = losses(1, seed, 0.05).map((loss, step) => {
        const normBefore = normAt(step, 1, seed);
        return stepLine(step, {
          loss,
          normBefore,
          normAfter: Math.min(limit, normBefore),
          clipped: normBefore > limit,
        });
      });
      const score = 2.4 + Math.abs(Math.log2(Math.min(limit, 4)) + 1) / 5 + seed / 20;
      return runOf({ strategy, seed, steps: STEPS, ...(isTuning ? { tuning: true } : {}) }, { score }, steps);
    }),
  );
}
