import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { allStrategies } from 'gradclip/strategies';
import { usualIdiom } from './idioms.ts';
import { compareTimes } from './measure.ts';
import { NoStep } from './no-step.ts';
import { createGradients, SETS } from './sets.ts';

/** The time of one strategy on one backend. */
export interface StrategyRow {
  readonly backend: string;
  readonly strategy: string;
  readonly ms: number;
  /** Time as a multiple of the usual tfjs idiom's on the same backend. */
  readonly ofIdiom: number;
}

/** Times a whole step of the wrapper (finiteness check, clipping, record) on set A, for each strategy with its defaults. */
export function benchStrategies(rounds: number): StrategyRow[] {
  const set = createGradients(SETS[0] as (typeof SETS)[number]);
  const tensors = Object.values(set.gradients);
  const optimizers = allStrategies.map((factory) => clipOptimizer(new NoStep(), factory(), { warnings: false }));
  const times = compareTimes(
    {
      'usual tfjs idiom': () => tf.tidy(() => void usualIdiom(tensors, 1)),
      ...Object.fromEntries(
        optimizers.map((optimizer) => [
          optimizer.strategy.id,
          () => optimizer.applyGradients(set.gradients as tf.NamedTensorMap),
        ]),
      ),
    },
    { rounds, warmUp: 30 },
  );
  for (const optimizer of optimizers) optimizer.dispose();
  set.dispose();
  return Object.entries(times).map(([strategy, ms]) => ({
    backend: tf.getBackend(),
    strategy,
    ms,
    ofIdiom: ms / times['usual tfjs idiom'],
  }));
}
