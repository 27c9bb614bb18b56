import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { globalNorm } from 'gradclip/strategies';
import { idiomWithNorm, usualIdiom } from './idioms.ts';
import { race } from './measure.ts';
import { memoryLimits } from './memory-limits.ts';
import { NoStep } from './no-step.ts';
import { hold, SETS } from './sets.ts';

/** One cell of the table. */
export interface KernelRow {
  readonly backend: string;
  readonly set: string;
  readonly method: string;
  readonly ms: number;
  /** Time as a multiple of the usual idiom's on the same backend. */
  readonly ofIdiom: number;
}

const LONG = 1e9;
const SHORT = 1e-3;
const MANY = 2e6;
// A threshold that always or never clips is worth a word elsewhere.
const QUIET = { warnings: false };

/** Clipping by global norm against the idioms and the memory, on the backend in use. */
export async function raceKernels(rounds: (elements: number) => number): Promise<KernelRow[]> {
  const backend = tf.getBackend();
  const rows: KernelRow[] = [];
  for (const set of SETS) {
    const held = hold(set);
    const tensors = Object.values(held.gradients);
    const context = { step: 0, parameters: held.parameters };
    const clip = (maxNorm: number) => {
      const strategy = globalNorm({ maxNorm });
      return () => tf.tidy(() => void strategy.clip(held.gradients, {}, context));
    };
    const patient = clipOptimizer(new NoStep(), globalNorm({ maxNorm: LONG }), QUIET);
    const strict = clipOptimizer(new NoStep(), globalNorm({ maxNorm: SHORT }), QUIET);
    const elements = set.shape[0] * set.shape[1];
    const limits = await memoryLimits(set.tensors, elements);
    const times = race(
      {
        'gradclip, not clipping': clip(LONG),
        'gradclip, clipping': clip(SHORT),
        'whole wrapper, not clipping': () => patient.applyGradients(held.gradients as tf.NamedTensorMap),
        'whole wrapper, clipping': () => strict.applyGradients(held.gradients as tf.NamedTensorMap),
        'usual tfjs idiom': () => tf.tidy(() => void usualIdiom(tensors, SHORT)),
        'idiom with tf.norm': () => tf.tidy(() => void idiomWithNorm(tensors, SHORT)),
        'one read of the bytes': limits.read,
        'memcpy of the bytes': limits.copy,
        'the bytes into new arrays': limits.renew,
      },
      { rounds: rounds(set.tensors * elements), tidyUp: set.tensors * elements > MANY },
    );
    for (const [method, ms] of Object.entries(times))
      rows.push({ backend, set: set.name, method, ms, ofIdiom: ms / times['usual tfjs idiom'] });
    patient.dispose();
    strict.dispose();
    held.dispose();
  }
  return rows;
}
