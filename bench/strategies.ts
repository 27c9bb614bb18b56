import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { allStrategies } from 'gradclip/strategies';
import { usualIdiom } from './idioms.ts';
import { compareQuartiles } from './measure.ts';
import { NoStep } from './no-step.ts';
import { createGradients, SETS } from './sets.ts';

/** The time of one strategy on one backend. */
export interface StrategyRow {
  readonly backend: string;
  readonly strategy: string;
  /** The median time. */
  readonly ms: number;
  /** A quarter of the times are below the first, and a quarter above the second. */
  readonly quartilesMs?: readonly [number, number];
  /** Time as a multiple of the usual tfjs idiom's on the same backend. */
  readonly ofIdiom: number;
}

/** Times a whole step of the wrapper (finiteness check, clipping, record) on set A, for each strategy with its defaults. */
export function benchStrategies(rounds: number): StrategyRow[] {
  const set = createGradients(SETS[0] as (typeof SETS)[number]);
  const tensors = Object.values(set.gradients);
  const optimizers = allStrategies.map((factory) => clipOptimizer(new NoStep(), factory(), { warnings: false }));
  const times = compareQuartiles(
    {
      'usual tfjs idiom': () => tf.tidy(() => void usualIdiom(tensors, 1)),
      ...Object.fromEntries(
        optimizers.map((optimizer) => [
          optimizer.strategy.id,
          () => optimizer.applyGradients(set.gradients as tf.NamedTensorMap),
        ]),
      ),
    },
    { rounds, warmUp: 60 },
  );
  for (const optimizer of optimizers) optimizer.dispose();
  set.dispose();
  return Object.entries(times).map(([strategy, { lower, median, upper }]) => ({
    backend: tf.getBackend(),
    strategy,
    ms: median,
    quartilesMs: [lower, upper],
    ofIdiom: median / times['usual tfjs idiom'].median,
  }));
}
