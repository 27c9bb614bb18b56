import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { globalNorm } from 'gradclip/strategies';
import { repairWasmBackend, undoWasmRepairs } from 'gradclip/wasm';
import { median } from './measure.ts';

/** The times of a training step of one network. */
export interface TrainingRow {
  readonly network: string;
  /** On the wasm backend as tfjs ships it. */
  readonly stockMs: number;
  /** With the kernels of `gradclip/wasm`. */
  readonly repairedMs: number;
  /** Clipping in a repaired step: the time of the wrapper's `applyGradients` minus that of the inner optimizer. */
  readonly clippingMs: number;
}

const UNITS = 128;
const [BATCH, STEPS, FEATURES, CLASSES] = [32, 50, 16, 10];

const cells = {
  SimpleRNN: tf.layers.simpleRNN,
  LSTM: tf.layers.lstm,
  GRU: tf.layers.gru,
};

/** Trains each network on wasm, alternating stock and repaired steps, and times the clipping in them. */
export async function benchTraining(rounds: number): Promise<TrainingRow[]> {
  const rows: TrainingRow[] = [];
  for (const [name, cell] of Object.entries(cells)) {
    const inner = tf.train.adam(1e-3);
    const optimizer = clipOptimizer(inner, globalNorm({ maxNorm: 1 }), { warnings: false });
    const outerTimer = timeApplyGradients(optimizer);
    const innerTimer = timeApplyGradients(inner);
    const model = tf.sequential({
      layers: [
        cell({ units: UNITS, inputShape: [STEPS, FEATURES], recurrentInitializer: 'glorotUniform' }) as tf.layers.Layer,
        tf.layers.dense({ units: CLASSES, activation: 'softmax' }),
      ],
    });
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    const x = tf.randomNormal([BATCH, STEPS, FEATURES], 0, 1, 'float32', 1);
    const y = tf.oneHot(tf.range(0, BATCH).toInt().mod(tf.scalar(CLASSES, 'int32')), CLASSES);
    const times = { stock: [] as number[], repaired: [] as number[], clipping: [] as number[] };
    for (let round = -3; round < rounds; round += 1)
      for (const kind of ['stock', 'repaired'] as const) {
        if (kind === 'repaired') repairWasmBackend();
        else undoWasmRepairs();
        const start = performance.now();
        await model.trainOnBatch(x, y);
        const elapsed = performance.now() - start;
        const clipping = outerTimer.take() - innerTimer.take();
        if (round < 0) continue;
        times[kind].push(elapsed);
        if (kind === 'repaired') times.clipping.push(clipping);
      }
    undoWasmRepairs();
    rows.push({
      network: `${name} ${UNITS}`,
      stockMs: median(times.stock),
      repairedMs: median(times.repaired),
      clippingMs: median(times.clipping),
    });
    model.dispose();
    optimizer.dispose();
    tf.dispose([x, y]);
  }
  return rows;
}

/** Times every `applyGradients` of an optimizer; `take` returns the time since its last call. */
function timeApplyGradients(optimizer: tf.Optimizer): { take(): number } {
  const apply = optimizer.applyGradients.bind(optimizer);
  let total = 0;
  optimizer.applyGradients = (gradients) => {
    const start = performance.now();
    apply(gradients);
    total += performance.now() - start;
  };
  return {
    take() {
      const taken = total;
      total = 0;
      return taken;
    },
  };
}
