import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { allStrategies } from 'gradclip/strategies';
import { usualIdiom } from './idioms.ts';
import { race } from './measure.ts';
import { NoStep } from './no-step.ts';
import { hold, SETS } from './sets.ts';

/** What one strategy costs. */
export interface StrategyRow {
  readonly backend: string;
  readonly strategy: string;
  readonly ms: number;
  readonly ofIdiom: number;
}

/** Every strategy with its defaults on set A, as a step pays for it: finiteness check, clipping, record. */
export function raceShelf(rounds: number): StrategyRow[] {
  const held = hold(SETS[0] as (typeof SETS)[number]);
  const tensors = Object.values(held.gradients);
  const optimizers = allStrategies.map((factory) => clipOptimizer(new NoStep(), factory(), { warnings: false }));
  const times = race(
    {
      'usual tfjs idiom': () => tf.tidy(() => void usualIdiom(tensors, 1)),
      ...Object.fromEntries(
        optimizers.map((optimizer) => [
          optimizer.strategy.id,
          () => optimizer.applyGradients(held.gradients as tf.NamedTensorMap),
        ]),
      ),
    },
    { rounds, warmUp: 30 },
  );
  for (const optimizer of optimizers) optimizer.dispose();
  held.dispose();
  return Object.entries(times).map(([strategy, ms]) => ({
    backend: tf.getBackend(),
    strategy,
    ms,
    ofIdiom: ms / times['usual tfjs idiom'],
  }));
}
