// Two models in one page, each with its own wrapper, trained in turns: neither sees the other.
import * as tf from '@tensorflow/tfjs';
import { chain, clipOptimizer, type ClippedOptimizer, type ClippingStrategy } from 'gradclip';
import { adaptivePercentile, emaRatio, zClip } from 'gradclip/strategies';
import { onBackend } from '../../src/testing/backends.ts';
import { seededRandom } from '../../src/testing/random.ts';
import { model, weightsOf } from '../support/fixtures.ts';
import type { Row } from './figures.ts';

/** How one of the two is made. */
interface Pupil {
  readonly optimizer: () => tf.Optimizer;
  readonly data: number;
}

/** One strategy, which is a value, for both; optimizers and data differ. */
const PUPILS: readonly [Pupil, Pupil] = [
  { optimizer: () => tf.train.adam(0.01), data: 1 },
  { optimizer: () => tf.train.momentum(0.01, 0.9), data: 1000 },
];

/** A model at its desk. */
interface Seat {
  readonly net: tf.LayersModel;
  readonly optimizer: ClippedOptimizer;
  readonly data: number;
  step: number;
}

/** Trains two models of the same layer names in random turns, with one of them disposed half way; then each alone. */
export function trainTogether(backend: string, steps: number): Promise<Row> {
  return onBackend(backend, async () => {
    const strategy = chain(emaRatio(), adaptivePercentile({ window: 7, scope: 'variable' }), zClip({ warmup: 4 }));
    const start = tf.memory().numTensors;
    const alone: string[][] = [];
    for (const pupil of PUPILS) {
      const seat = seated(pupil, strategy);
      const seen: string[] = [];
      while (seat.step < steps) {
        await stepOf(seat);
        if (seat.step === steps / 2 || seat.step === steps) seen.push(await seenOf(seat));
      }
      alone.push(seen);
      leave(seat);
    }

    const random = seededRandom(steps);
    const [first, second] = [seated(PUPILS[0], strategy), seated(PUPILS[1], strategy)];
    while (first.step < steps / 2 || second.step < steps / 2) {
      const seat = random.chance(0.5) ? first : second;
      if (seat.step < steps / 2) await stepOf(seat);
    }
    expectSame('half way, the first', alone[0]?.[0], await seenOf(first));
    expectSame('half way, the second', alone[1]?.[0], await seenOf(second));
    leave(first);
    while (second.step < steps) await stepOf(second);
    expectSame('after the other was disposed, the second', alone[1]?.[1], await seenOf(second));
    leave(second);

    // `MomentumOptimizer.dispose` of tfjs forgets the scalar that it inherits from SGD.
    const left = tf.memory().numTensors - start - 2;
    if (left !== 0) throw new Error(`${left} tensors were left on ${backend}`);
    return { backend, 'steps of each': steps, 'numbers that differ from those of one alone': 0 };
  });
}

function seated({ optimizer: inner, data }: Pupil, strategy: ClippingStrategy): Seat {
  const optimizer = clipOptimizer(inner(), strategy, { warnings: false });
  const net = model();
  net.compile({ optimizer, loss: 'meanSquaredError' });
  return { net, optimizer, data, step: 0 };
}

async function stepOf(seat: Seat): Promise<void> {
  const seed = seat.data + 2 * seat.step;
  const [x, y] = [
    tf.randomNormal([4, 2, 3], 0, 1, 'float32', seed),
    tf.randomNormal([4, 1], 0, seat.step % 7 === 3 ? 20 : 1, 'float32', seed + 1),
  ];
  await seat.net.trainOnBatch(x, y);
  tf.dispose([x, y]);
  seat.step += 1;
}

/** Weights, memory and records, as a text. */
async function seenOf({ net, optimizer }: Seat): Promise<string> {
  const memory = Object.values(optimizer.state).map((one) => Array.from(one.dataSync()));
  const records = (await optimizer.records()).map(({ normBefore, normAfter, clipped }) => [
    normBefore,
    normAfter,
    clipped,
  ]);
  return JSON.stringify([weightsOf(net), memory, records]);
}

function leave({ net, optimizer }: Seat): void {
  net.dispose();
  optimizer.dispose();
}

function expectSame(what: string, expected: string | undefined, received: string): void {
  if (received !== expected) throw new Error(`${what} differs from what it was alone`);
}
